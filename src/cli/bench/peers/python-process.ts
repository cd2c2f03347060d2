import { Buffer } from 'node:buffer';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

export type Numbers = Float32Array | Int32Array;

/** What the line of every answer has. */
export interface Answered {
  readonly error?: string;
  readonly bytes: number;
}

/** A process of Python on one thread that is asked by a line of JSON and arrays after it, and answers by a line and the bytes that it counts, in order. */
export class PythonProcess<Answer extends Answered> {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly chunks: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);
  private last: Promise<unknown> = Promise.resolve();
  private complaint = '';

  constructor(program: string, args: readonly string[]) {
    // torch.set_num_threads does not reach the BLAS beneath.
    const limits = ['OMP', 'OPENBLAS', 'MKL', 'BLIS'].map((of) => [`${of}_NUM_THREADS`, '1']);
    const env = { ...process.env, ...Object.fromEntries(limits) };
    this.child = spawn(program, args, { env });
    this.chunks = this.child.stdout[Symbol.asyncIterator]();
    this.child.stderr.on('data', (text) => {
      this.complaint = `${this.complaint}${text}`.slice(-2000);
    });
    for (const stream of [this.child, this.child.stdin]) stream.on('error', () => {});
  }

  /** The next answer's first line. */
  async hear(): Promise<Answer> {
    return (await this.answer()).head;
  }

  ask(request: object, arrays: readonly Numbers[] = []): Promise<{ head: Answer; data: Uint8Array<ArrayBuffer> }> {
    const answered = this.last.then(() => {
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
      for (const array of arrays) this.child.stdin.write(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
      return this.answer();
    });
    this.last = answered.catch(() => {});
    return answered;
  }

  end(): void {
    this.child.stdin.end();
  }

  private async answer(): Promise<{ head: Answer; data: Uint8Array<ArrayBuffer> }> {
    let at = this.held.indexOf(10);
    while (at < 0) {
      await this.more();
      at = this.held.indexOf(10);
    }
    const head: Answer = JSON.parse(this.taken(at + 1).toString());
    while (this.held.length < head.bytes) await this.more();
    const data = Uint8Array.from(this.taken(head.bytes));
    if (head.error) throw new Error(head.error);
    return { head, data };
  }

  private taken(bytes: number): Buffer {
    const found = this.held.subarray(0, bytes);
    this.held = this.held.subarray(bytes);
    return found;
  }

  private async more(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done) throw new Error(`Python ended${this.complaint ? `: ${this.complaint.trim().split('\n').at(-1)}` : ''}`);
    this.held = Buffer.concat([this.held, value]);
  }
}
