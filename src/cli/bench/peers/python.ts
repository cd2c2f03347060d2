// PyTorch and SciPy, each in a process of its own that is started once: tasks go to it as JSON and bytes, and times come back by its own clock.
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
import { type Answered, type Numbers, PythonProcess } from './python-process.js';
import { PYTHON } from './python-source.js';

/** What a task is set by: sizes, and arrays by name. */
interface Sent {
  readonly sizes: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, Numbers>>;
}

interface Answer extends Answered {
  readonly ms: number;
  /** Threads that were busy. */
  readonly threads: number;
  readonly version: string;
  readonly does: readonly Operation[];
}

/** A sample's milliseconds: shorter runs are repeated. */
const SAMPLE = 3;
/** More would be no race of one thread each. */
const MOST_THREADS = 1.3;

/** PyTorch or SciPy, where it is installed: known.ts asks first. */
export async function python(modules: Modules, which: 'torch' | 'scipy'): Promise<Peer> {
  const child = new PythonProcess<Answer>(modules.program!(which)!, ['-c', PYTHON, which]);
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

function laneOf(child: PythonProcess<Answer>, peer: string, lane: string): Lane {
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
