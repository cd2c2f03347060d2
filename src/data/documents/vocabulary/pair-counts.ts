/** How often pairs of numbers stand side by side, and in how many documents: 36 bytes a different pair at most, once it stands. */
export class PairCounts {
  /** Different pairs. */
  size = 0;
  first = new Int32Array(1024);
  second = new Int32Array(1024);
  /** Times that it stands anywhere, [pair]. */
  total = new Int32Array(1024);
  /** Documents that have it, [pair]. */
  documentFrequency = new Int32Array(1024);
  /** The last of these, [pair]. */
  private last = new Int32Array(1024);
  /** Open addressing: a pair's place or -1, at most half of them taken. */
  private slots = new Int32Array(2048).fill(-1);

  add(first: number, second: number, document: number): void {
    const pair = this.pairOf(first, second);
    this.total[pair]!++;
    if (this.last[pair] === document) return;
    this.last[pair] = document;
    this.documentFrequency[pair]!++;
  }

  private pairOf(first: number, second: number): number {
    const slot = this.slotOf(first, second);
    const known = this.slots[slot]!;
    if (known !== -1) return known;
    const pair = this.size++;
    this.slots[slot] = pair;
    this.first[pair] = first;
    this.second[pair] = second;
    this.last[pair] = -1;
    if (this.size === this.first.length) this.grow();
    return pair;
  }

  /** Where the pair is, or the free slot that it would take. */
  private slotOf(first: number, second: number): number {
    const mask = this.slots.length - 1;
    let hash = Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const pair = this.slots[slot]!;
      if (pair === -1 || (this.first[pair] === first && this.second[pair] === second)) return slot;
    }
  }

  private grow(): void {
    for (const name of ['first', 'second', 'total', 'documentFrequency', 'last'] as const) {
      const larger = new Int32Array(2 * this.size);
      larger.set(this[name]);
      this[name] = larger;
    }
    this.slots = new Int32Array(4 * this.size).fill(-1);
    for (let pair = 0; pair < this.size; pair++) this.slots[this.slotOf(this.first[pair]!, this.second[pair]!)] = pair;
  }
}
