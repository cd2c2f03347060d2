import type { SparseMatrix } from '../../../data/dataset.js';
import type { Convolution, FeedforwardTask, Lane, Modules, Peer, SparseLayer } from '../operations.js';
import { connected, denseRows, denseWeight, spanningNats, turned, upper } from './layouts.js';

/** What is used of jax-js; its types are not installed with the project. Each use of an array consumes it: `ref` is one use more. */
interface Jax {
  init(device: string): Promise<string[]>;
  defaultDevice(device: string): void;
  jit<F extends Compiled>(work: F): F & { dispose(): void };
  grad<F extends (...arrays: JaxArray[]) => JaxArray>(work: F): F;
  valueAndGrad(
    work: (weights: JaxArray[], ...rest: JaxArray[]) => JaxArray,
  ): (weights: JaxArray[], ...rest: JaxArray[]) => [JaxArray, JaxArray[]];
  numpy: Record<
    'matmul' | 'multiply' | 'divide' | 'add' | 'subtract' | 'maximum',
    (a: JaxArray | number, b: JaxArray | number) => JaxArray
  > & {
    array(values: Float32Array): JaxArray;
    sum(x: JaxArray, axis?: number | number[]): JaxArray;
    log(x: JaxArray): JaxArray;
    transpose(x: JaxArray): JaxArray;
  };
  lax: { convGeneralDilated(x: JaxArray, w: JaxArray, strides: number[], padding: number[][]): JaxArray };
  nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray, axis?: number): JaxArray };
}

type Compiled = (...arrays: JaxArray[]) => JaxArray;

interface JaxArray {
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  dispose(): void;
  blockUntilReady(): Promise<JaxArray>;
  dataSync(): Float32Array;
}

/** jax-js on WebAssembly: each expression is compiled once, before it is timed. */
export async function jaxJs(modules: Modules): Promise<Peer> {
  const jax = modules.load('@jax-js/jax') as Jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { numpy: np } = jax;
  return {
    name: `jax-js ${modules.version('@jax-js/jax')}`,
    does: {
      product: ({ m, k, n, a, b }) =>
        lane(jax, (x, y) => np.matmul(x!, y!), [put(jax, a, [m, k]), put(jax, b, [k, n])]),
      'conv forward': (given) => convolution(jax, given, 'forward'),
      'conv dX': (given) => convolution(jax, given, 'dX'),
      'conv dW': (given) => convolution(jax, given, 'dW'),
      'sparse forward': (given) => sparse(jax, given, 'forward'),
      'sparse dX': (given) => sparse(jax, given, 'dX'),
      'sparse dW': (given) => sparse(jax, given, 'dW'),
      'pair counts': (rows) =>
        lane(
          jax,
          (x) => np.matmul(np.transpose(x!.ref), x!),
          [put(jax, denseRows(rows), [rows.rows, rows.columns])],
          (found) => upper(found, rows.columns),
        ),
      information: (rows) => pairs(jax, rows, (found) => found),
      tree: (rows) => pairs(jax, rows, (found) => [spanningNats(found, rows.columns)]),
      'net inference': (given) => net(jax, given, false),
      'net epoch': (given) => net(jax, given, true),
    },
  };
}

function put({ numpy }: Jax, values: Float32Array, shape: readonly number[]): JaxArray {
  return numpy.array(values).reshape(shape);
}

function lane(
  jax: Jax,
  work: Compiled,
  inputs: readonly JaxArray[],
  after: (found: Float32Array) => ArrayLike<number> = (found) => found,
): Lane {
  const compiled = jax.jit(work);
  let last: JaxArray | undefined;
  return {
    async run() {
      last?.dispose();
      last = await compiled(...inputs.map((one) => one.ref)).blockUntilReady();
    },
    result: () => after(last!.ref.dataSync()),
    dispose() {
      compiled.dispose();
      last?.dispose();
      for (const one of inputs) one.dispose();
    },
  };
}

function convolution(jax: Jax, given: Convolution, what: 'forward' | 'dX' | 'dW'): Lane {
  const { batch, channels, filters, kernel, stride, padding, size, out } = given;
  const { numpy: np, lax } = jax;
  const x = put(jax, given.x, [batch, channels, size, size]);
  const w = put(jax, given.weight, [filters, channels, kernel, kernel]);
  const around = [padding, padding];
  const forward: Compiled = (of, by) => lax.convGeneralDilated(of!, by!, [stride, stride], [around, around]);
  if (what === 'forward') return lane(jax, forward, [x, w]);
  const dy = put(jax, given.dy, [batch, filters, out, out]);
  // Of Σ y·dy: its gradients are those that dy asks for.
  const total = (of: JaxArray, by: JaxArray, d: JaxArray) => np.sum(np.multiply(forward(of, by), d));
  return what === 'dX'
    ? lane(
        jax,
        jax.grad((of, by, d) => total(of!, by!, d!)),
        [x, w, dy],
      )
    : lane(
        jax,
        jax.grad((by, of, d) => total(of!, by!, d!)),
        [w, x, dy],
      );
}

/** It has no sparse layer: what is missing is multiplied as zeros. */
function sparse(jax: Jax, given: SparseLayer, what: 'forward' | 'dX' | 'dW'): Lane {
  const { inputs, units, batch } = given;
  const { numpy: np } = jax;
  const x = () => put(jax, given.x, [batch, inputs]);
  const dy = () => put(jax, given.dy, [batch, units]);
  const w = () => put(jax, denseWeight(given, given.weight), [units, inputs]);
  if (what === 'forward') return lane(jax, (of, by) => np.matmul(of!, np.transpose(by!)), [x(), w()]);
  if (what === 'dX') return lane(jax, (of, by) => np.matmul(of!, by!), [dy(), w()]);
  return lane(
    jax,
    (d, of) => np.matmul(np.transpose(d!), of!),
    [dy(), x()],
    (found) => connected(given, found),
  );
}

function pairs(jax: Jax, rows: SparseMatrix, after: (found: Float32Array) => ArrayLike<number>): Lane {
  const { rows: n, columns: d } = rows;
  const { numpy: np } = jax;
  const work: Compiled = (of) => {
    const x = of!;
    const n11 = np.matmul(np.transpose(x.ref), x.ref);
    const ones = np.sum(x, 0);
    const [a, b] = [ones.ref.reshape([d, 1]), ones.reshape([1, d])];
    const [a0, b0] = [np.subtract(n, a.ref), np.subtract(n, b.ref)];
    const n10 = np.subtract(a.ref, n11.ref);
    const n01 = np.subtract(b.ref, n11.ref);
    const n00 = np.subtract(a0.ref, n01.ref);
    const term = (cell: JaxArray, p: JaxArray, q: JaxArray) => {
      const over = np.divide(np.multiply(np.maximum(cell.ref, 1e-9), n), np.multiply(p, q));
      return np.multiply(np.divide(cell, n), np.log(over));
    };
    const one = np.add(term(n11, a.ref, b.ref), term(n10, a, b0.ref));
    return np.add(one, np.add(term(n01, a0.ref, b), term(n00, a0, b0)));
  };
  return lane(jax, work, [put(jax, denseRows(rows), [n, d])], (found) => after(upper(found, d)));
}

/** [input][unit], connections that are not there held at zero by a mask. */
function net(jax: Jax, given: FeedforwardTask, train: boolean): Lane {
  const { rows, batch, rate, labels } = given;
  const { numpy: np, nn } = jax;
  const { inputs } = given.layers[0]!;
  const { units: classes } = given.layers.at(-1)!;
  const dense = given.layers.map(({ connections, weight, units, inputs: from, bias }) => ({
    weight: turned(connections ? denseWeight(connections, weight) : weight, units, from),
    mask: connections && turned(denseWeight(connections, new Float32Array(weight.length).fill(1)), units, from),
    ...{ units, from, bias },
  }));
  const masks = dense.map(({ mask, from, units }) => mask && put(jax, mask, [from, units]));
  const start = () =>
    dense.flatMap(({ weight, units, from, bias }) => [put(jax, weight, [from, units]), put(jax, bias, [units])]);
  const forward = (weights: readonly JaxArray[], x: JaxArray) =>
    dense.reduce((y, _, l) => {
      const [w, mask] = [weights[2 * l]!, masks[l]];
      const sum = np.add(np.matmul(y, mask ? np.multiply(w, mask.ref) : w), weights[2 * l + 1]!);
      return l + 1 < dense.length ? nn.relu(sum) : sum;
    }, x);
  const loss = (weights: JaxArray[], ...[x, hot]: JaxArray[]) =>
    np.multiply(np.sum(np.multiply(nn.logSoftmax(forward(weights, x!)), hot!)), -1 / batch);
  const gradients = jax.valueAndGrad(loss);
  const step = (jax.jit as unknown as (work: unknown) => (w: JaxArray[], x: JaxArray, hot: JaxArray) => JaxArray[])(
    (weights: JaxArray[], x: JaxArray, hot: JaxArray) => {
      const [value, found] = gradients(
        weights.map((one) => one.ref),
        x,
        hot,
      );
      value.dispose();
      return weights.map((one, i) => np.subtract(one, np.multiply(found[i]!, rate)));
    },
  );
  const infer = (jax.jit as unknown as (work: unknown) => (w: JaxArray[], x: JaxArray) => JaxArray)(
    (weights: JaxArray[], x: JaxArray) => forward(weights, x),
  );
  const batches = Array.from({ length: rows / batch }, (_, b) => {
    const hot = new Float32Array(batch * classes);
    for (let r = 0; r < batch; r++) hot[r * classes + labels[b * batch + r]!] = 1;
    const x = given.x.slice(b * batch * inputs, (b + 1) * batch * inputs);
    return { x: put(jax, x, [batch, inputs]), hot: put(jax, hot, [batch, classes]) };
  });
  const weights = start();
  let last = weights;
  const logits = new Float32Array(rows * classes);
  return {
    async run() {
      if (!train) {
        for (const [b, { x }] of batches.entries()) {
          const y = await infer(
            weights.map((one) => one.ref),
            x.ref,
          ).blockUntilReady();
          logits.set(y.dataSync(), b * batch * classes);
        }
        return;
      }
      last = weights.map((one) => one.ref);
      for (const { x, hot } of batches) last = step(last, x.ref, hot.ref);
      await Promise.all(last.map((one) => one.blockUntilReady()));
    },
    result() {
      if (!train) return logits;
      const { connections } = given.layers[0]!;
      const { from, units } = dense[0]!;
      const found = turned(last[0]!.ref.dataSync(), from, units);
      return connections ? connected(connections, found) : found;
    },
    dispose() {
      for (const { x, hot } of batches) for (const one of [x, hot]) one.dispose();
    },
  };
}
