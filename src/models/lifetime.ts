/**
 * Who works with a net, from its making to its disposal: any number of calls that read its weights, or one that trains them and waits, wherever it would write, for those
 * that read. Every hold is taken in the call itself, before anything is awaited.
 */
export class Lifetime {
  private reading = 0;
  /** Of those that read, the ones that end when their reader likes: no training waits for them. */
  private open = 0;
  private training = false;
  private over = false;
  private wake: (() => void) | undefined;

  /** Error once the net was disposed of. */
  requireAlive(): void {
    if (this.over) throw new Error('this net was disposed of');
  }

  /** Whether a call reads the weights, which may not be written then. */
  get beingRead(): boolean {
    return this.reading > 0;
  }

  /** Resolves when the calls that read have ended; others may have begun by then. */
  unread(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Work during which the weights stay as they are. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    this.requireAlive();
    this.reading++;
    try {
      return await work();
    } finally {
      this.ended();
    }
  }

  /** A hold for as long as someone likes, given back by a call of what it returns. */
  keep(what: string): () => void {
    this.requireAlive();
    if (this.training)
      throw new Error(`${what}: the net is being trained, which cannot wait for loops; use gates, or wait for fit`);
    this.reading++;
    this.open++;
    return () => {
      this.open--;
      this.ended();
    };
  }

  /** Work that writes the weights, but not while `beingRead`. */
  async train<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.requireAlive();
    if (this.training)
      throw new Error(`${what}: the net is being trained already; wait for that fit or stop it by its signal`);
    if (this.open > 0) throw new Error(`${what}: gateBatches is under way; end its loop first`);
    this.training = true;
    try {
      while (this.beingRead) await this.unread();
      return await work();
    } finally {
      this.training = false;
    }
  }

  /** No hold is given any more; false when none was before. Error while there is one. */
  end(): boolean {
    if (this.over) return false;
    if (this.training) throw new Error('dispose: the net is being trained; stop fit by its signal first');
    if (this.reading > 0)
      throw new Error(
        'dispose: the net is at work; wait for predict, evaluate and explain, and end gateBatches, first',
      );
    this.over = true;
    return true;
  }

  private ended(): void {
    if (--this.reading === 0) this.wake?.();
  }
}
