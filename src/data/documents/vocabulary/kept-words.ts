import type { Pace } from '../../../runtime/pace.js';

/** Words of a chunk, 4 bytes each. */
const CHUNK = 1 << 20;

/** What stands between two words that no phrase crosses. */
export const GAP = -1;

/** The numbers of the words of all documents, in order: 4 bytes a word, and 8 a document. */
export class KeptWords {
  private readonly chunks: { readonly ids: Int32Array; readonly ends: readonly number[] }[] = [];
  private ids = new Int32Array(0);
  private filled = 0;
  private ends: number[] = [];

  /** Takes one document; gaps side by side count as one. */
  add(ids: Int32Array, count: number): void {
    if (this.filled + count > this.ids.length) {
      this.close();
      this.ids = new Int32Array(Math.max(CHUNK, count));
    }
    let last = GAP;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (id !== GAP || last !== GAP) this.ids[this.filled++] = id;
      last = id;
    }
    this.ends.push(this.filled);
  }

  private close(): void {
    if (this.ends.length > 0) this.chunks.push({ ids: this.ids.subarray(0, this.filled), ends: this.ends });
    this.ends = [];
    this.filled = 0;
  }

  /** Calls with the words [from, to) of every document in turn. */
  async each(pace: Pace, take: (ids: Int32Array, from: number, to: number, document: number) => void): Promise<void> {
    let document = 0;
    const rest = { ids: this.ids, ends: this.ends };
    for (const { ids, ends } of [...this.chunks, rest]) {
      let from = 0;
      for (const to of ends) {
        take(ids, from, to, document++);
        from = to;
        if (pace.due) await pace.turn();
      }
    }
  }
}
