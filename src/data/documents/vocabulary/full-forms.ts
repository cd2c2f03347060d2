/** How often each form of a stem stands in texts. */
export class FullForms {
  private readonly ids = new Map<string, number>();
  private readonly forms: string[] = [];
  /** Stem, [form]. */
  private readonly stems: number[] = [];
  /** Times that it stands anywhere, [form]. */
  private readonly counts: number[] = [];

  /** So many more of a form. */
  add(form: string, stem: number, times: number): void {
    let id = this.ids.get(form);
    if (id === undefined) {
      id = this.forms.length;
      this.ids.set(form, id);
      this.forms.push(form);
      this.stems.push(stem);
      this.counts.push(0);
    }
    this.counts[id]! += times;
  }

  /** Calls with each form. */
  each(take: (form: string, stem: number, times: number) => void): void {
    this.forms.forEach((form, id) => {
      take(form, this.stems[id]!, this.counts[id]!);
    });
  }

  /** The most frequent form of each stem, ties by the order of code units. */
  names(): Map<number, string> {
    const best = new Map<number, number>();
    this.stems.forEach((stem, id) => {
      const other = best.get(stem);
      const more = other === undefined ? 1 : this.counts[id]! - this.counts[other]!;
      if (more > 0 || (more === 0 && this.forms[id]! < this.forms[other!]!)) best.set(stem, id);
    });
    return new Map(Array.from(best, ([stem, id]) => [stem, this.forms[id]!]));
  }
}
