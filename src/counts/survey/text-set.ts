/** Texts and how often each stands, as long as they are not too many to be categories. */
export class TextSet {
  readonly limit: number;
  /** Cells. */
  #count = 0;
  #times: Map<string, number> | undefined = new Map();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Undefined for texts that were too many. */
  static of(limit: number, count: number, times: ReadonlyMap<string, number> | undefined): TextSet {
    const set = new TextSet(limit);
    set.#count = count;
    set.#times = times && new Map(times);
    return set;
  }

  get count(): number {
    return this.#count;
  }

  /** In the order of code units; undefined where they are more than the limit. */
  get times(): ReadonlyMap<string, number> | undefined {
    return this.#times && new Map([...this.#times].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  add(text: string, times = 1): void {
    this.#count += times;
    const all = this.#times;
    if (!all) return;
    all.set(text, (all.get(text) ?? 0) + times);
    if (all.size > this.limit) this.#times = undefined;
  }

  /** So many that nobody keeps apart. */
  addMany(count: number): void {
    this.#count += count;
    this.#times = undefined;
  }

  addAll(other: TextSet): void {
    if (!other.#times) this.addMany(other.#count);
    else for (const [text, times] of other.#times) this.add(text, times);
  }
}
