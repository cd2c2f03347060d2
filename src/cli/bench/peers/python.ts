// PyTorch and SciPy, each in a process of its own that is started once: tasks go to it as JSON and bytes, and times come back by its own clock.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { SparseMatrix } from '../../../data/dataset.js';
import type {
  ConvNetTask,
  FeedforwardTask,
  Givens,
  Lane,
  Modules,
  Operation,
  Operations,
  Peer,
} from '../operations.js';
import { PYTHON } from './python-source.js';

type Numbers = Float32Array | Int32Array;

/** What a task is set by: sizes, and arrays by name. */
interface Sent {
  readonly sizes: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, Numbers>>;
}

interface Answer {
  readonly ms: number;
  /** Threads that were busy. */
  readonly threads: number;
  readonly version: string;
  readonly does: readonly Operation[];
  readonly error?: string;
  readonly bytes: number;
}

/** A sample's milliseconds: shorter runs are repeated. */
const SAMPLE = 3;
/** More would be no race of one thread each. */
const MOST_THREADS = 1.3;

/** PyTorch or SciPy, where it is installed: known.ts asks first. */
export async function python(modules: Modules, which: 'torch' | 'scipy'): Promise<Peer> {
  const child = new Child(modules.program!(which)!, which);
  const { version, does } = await child.hear();
  const name = `${which === 'torch' ? 'PyTorch' : 'SciPy'} ${version}`;
  let lanes = 0;
  const operation = (of: Operation) => async (given: Givens[Operation]) => {
    const lane = `${++lanes}`;
    const { sizes, arrays } = sentFor(of, given);
    const list = Object.entries(arrays);
    const heads = list.map(([key, array]) => [key, array instanceof Float32Array ? '<f4' : '<i4', array.length]);
    await child.ask(
      { do: 'set', lane, operation: of, sizes, arrays: heads },
      list.map(([, array]) => array),
    );
    return laneOf(child, name, lane);
  };
  return {
    name,
    does: Object.fromEntries(does.map((of) => [of, operation(of)])) as Operations,
    ownClock: true,
    dispose: () => child.end(),
  };
}

function laneOf(child: Child, peer: string, lane: string): Lane {
  return {
    async run() {
      const { ms, threads } = (await child.ask({ do: 'run', lane, ms: SAMPLE })).head;
      if (threads > MOST_THREADS) throw new Error(`${peer} ran ${threads.toFixed(2)} threads, not one`);
      return ms;
    },
    async result() {
      const { data } = await child.ask({ do: 'result', lane });
      return new Float64Array(data.buffer);
    },
    dispose: () => void child.ask({ do: 'drop', lane }).catch(() => {}),
  };
}

/** The process, and what it says. Requests are answered in order. */
class Child {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly chunks: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);
  private last: Promise<unknown> = Promise.resolve();
  private complaint = '';

  constructor(program: string, which: string) {
    // torch.set_num_threads does not reach the BLAS beneath.
    const limits = ['OMP', 'OPENBLAS', 'MKL', 'BLIS'].map((of) => [`${of}_NUM_THREADS`, '1']);
    const env = { ...process.env, ...Object.fromEntries(limits) };
    this.child = spawn(program, ['-c', PYTHON, which], { env });
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

/** Sizes and arrays of a task, as PYTHON has them. */
function sentFor(operation: Operation, given: Givens[Operation]): Sent {
  if (operation.startsWith('net ')) return sentNet(given as FeedforwardTask);
  if (operation.startsWith('images ')) return sentImages(given as ConvNetTask);
  const { value: _, ...rest } = given as SparseMatrix;
  const entries = Object.entries(rest);
  const isArray = ([, value]: [string, unknown]) => ArrayBuffer.isView(value);
  return {
    sizes: Object.fromEntries(entries.filter((one) => !isArray(one))),
    arrays: Object.fromEntries(entries.filter(isArray)) as unknown as Record<string, Numbers>,
  };
}

function sentNet({ layers, rows, x, labels, batch, rate }: FeedforwardTask): Sent {
  const arrays: Record<string, Numbers> = { x, labels };
  layers.forEach(({ connections }, l) => {
    if (connections) Object.assign(arrays, { [`start${l}`]: connections.start, [`index${l}`]: connections.index });
  });
  const shapes = layers.map(({ inputs, units, connections }) => [inputs, units, connections?.index.length ?? -1]);
  const weights = joined(layers.flatMap(({ weight, bias }) => [weight, bias]));
  return { sizes: { rows, batch, rate, layers: shapes }, arrays: { ...arrays, weights } };
}

function sentImages({ images, labels, batch, channels, size, classes, nodes, weight, bias }: ConvNetTask): Sent {
  const all = [...nodes.flatMap((node) => [node.weight, node.gain, node.bias]), weight, bias];
  const shapes = nodes.map(({ input, shortcut = null, relu, channels, filters, kernel, stride, padding }) => ({
    ...{ input, shortcut, relu, channels, filters, kernel, stride, padding },
  }));
  return {
    sizes: { batch, channels, size, classes, nodes: shapes },
    arrays: { images, labels, weights: joined(all) },
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}
