import type { SparseMatrix } from '../../../data/dataset.js';
import type { Convolution, Lane, Modules, Peer, SparseLayer } from '../operations.js';
import { connected, denseRows, denseWeight, moved, spanningNats, upper } from './layouts.js';
import type { Tensor, TensorFlow } from './tensorflow-api.js';
import { tensorFlowImages } from './tensorflow-images.js';
import { tensorFlowNet } from './tensorflow-net.js';

/** TensorFlow.js on its WebAssembly backend, one thread. */
export async function tensorFlow(modules: Modules): Promise<Peer> {
  const tf = modules.load('@tensorflow/tfjs-core') as TensorFlow;
  modules.load('@tensorflow/tfjs-backend-wasm');
  // Gradients of its operations come with this one.
  const trains = modules.version('@tensorflow/tfjs-layers') !== undefined;
  if (trains) modules.load('@tensorflow/tfjs-layers');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  if (tf.getBackend() !== 'wasm') throw new Error(`TensorFlow.js: expected its wasm backend, got '${tf.getBackend()}'`);
  return {
    name: `TensorFlow.js ${tf.version_core} wasm`,
    does: {
      product({ m, k, n, a, b }) {
        const [x, y] = [tf.tensor(a, [m, k]), tf.tensor(b, [k, n])];
        return lane(tf, [x, y], () => tf.matMul(x, y));
      },
      'conv forward': (given) => convolution(tf, given, 'forward'),
      'conv dX': (given) => convolution(tf, given, 'dX'),
      'conv dW': (given) => convolution(tf, given, 'dW'),
      'sparse forward': (given) => sparse(tf, given, 'forward'),
      'sparse dX': (given) => sparse(tf, given, 'dX'),
      'sparse dW': (given) => sparse(tf, given, 'dW'),
      'pair counts'(rows) {
        const x = tf.tensor(denseRows(rows), [rows.rows, rows.columns]);
        return lane(
          tf,
          [x],
          () => tf.matMul(x, x, true),
          (found) => upper(found, rows.columns),
        );
      },
      information: (rows) => pairs(tf, rows, (found) => found),
      tree: (rows) => pairs(tf, rows, (found) => [spanningNats(found, rows.columns)]),
      'net inference': (given) => tensorFlowNet(tf, given, false),
      'net epoch': (given) => (trains ? tensorFlowNet(tf, given, true) : undefined),
      'images inference': (given) => tensorFlowImages(tf, given, false),
      'images step': (given) => (trains ? tensorFlowImages(tf, given, true) : undefined),
    },
  };
}

/** One expression over tensors; `after` puts what came of it in the order of the result. */
function lane(
  tf: TensorFlow,
  inputs: readonly Tensor[],
  make: () => Tensor,
  after: (found: Float32Array) => ArrayLike<number> = (found) => found,
): Lane {
  let last: Tensor | undefined;
  return {
    run() {
      last?.dispose();
      last = tf.tidy(make);
    },
    result: () => after(last!.dataSync()),
    dispose() {
      for (const one of [...inputs, last]) one?.dispose();
    },
  };
}

/** Its images have channels last, its filters [row][column][channel][filter]: put so before, and back after, apart from the time. dW goes by way of conv3d, which alone its wasm backend can train. */
function convolution(tf: TensorFlow, given: Convolution, what: 'forward' | 'dX' | 'dW'): Lane {
  const { batch, channels, filters, kernel, stride, padding: pad, size, out } = given;
  const x = tf.tensor(moved(given.x, [batch, channels, size, size], [0, 2, 3, 1]), [batch, size, size, channels]);
  const dy = tf.tensor(moved(given.dy, [batch, filters, out, out], [0, 2, 3, 1]), [batch, out, out, filters]);
  const shape = [kernel, kernel, channels, filters];
  const w = tf.tensor(moved(given.weight, [filters, channels, kernel, kernel], [2, 3, 1, 0]), shape);
  const back = (of: number, side: number) => (found: Float32Array) =>
    moved(found, [batch, side, side, of], [0, 3, 1, 2]);
  const inputs = [x, dy, w];
  const how = { strides: stride, pad, dataFormat: 'NHWC' };
  if (what === 'forward') return lane(tf, inputs, () => tf.conv2d(x, w, stride, pad), back(filters, out));
  if (what === 'dX') {
    const attributes = { ...how, inputShape: x.shape };
    return lane(
      tf,
      inputs,
      () => tf.engine().runKernel('Conv2DBackpropInput', { dy, filter: w }, attributes),
      back(channels, size),
    );
  }
  const attributes = { strides: [1, stride, stride], pad: 'valid', filterShape: [1, ...shape] };
  const make = () => {
    const around = tf.pad(x, [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ]);
    const [deep, gradient] = [tf.expandDims(around, 1), tf.expandDims(dy, 1)];
    return tf.engine().runKernel('Conv3DBackpropFilterV2', { x: deep, dy: gradient }, attributes);
  };
  return lane(tf, inputs, make, (found) => moved(found, shape, [3, 2, 0, 1]));
}

/** It has no sparse layer on this backend: what is missing is multiplied as zeros. */
function sparse(tf: TensorFlow, given: SparseLayer, what: 'forward' | 'dX' | 'dW'): Lane {
  const { inputs, units, batch } = given;
  const x = tf.tensor(given.x, [batch, inputs]);
  const dy = tf.tensor(given.dy, [batch, units]);
  const w = tf.tensor(denseWeight(given, given.weight), [units, inputs]);
  const all = [x, dy, w];
  if (what === 'forward') return lane(tf, all, () => tf.matMul(x, w, false, true));
  if (what === 'dX') return lane(tf, all, () => tf.matMul(dy, w));
  return lane(
    tf,
    all,
    () => tf.matMul(dy, x, true),
    (found) => connected(given, found),
  );
}

/** Counts as a product of dense rows, information from them by single expressions. */
function pairs(tf: TensorFlow, rows: SparseMatrix, after: (found: Float32Array) => ArrayLike<number>): Lane {
  const { rows: n, columns: d } = rows;
  const x = tf.tensor(denseRows(rows), [n, d]);
  const make = () => {
    const n11 = tf.matMul(x, x, true);
    const ones = tf.sum(x, 0);
    const [a, b] = [tf.reshape(ones, [d, 1]), tf.reshape(ones, [1, d])];
    const [a0, b0] = [tf.sub(n, a), tf.sub(n, b)];
    const n10 = tf.sub(a, n11);
    const n01 = tf.sub(b, n11);
    const n00 = tf.sub(a0, n01);
    const term = (cell: Tensor, p: Tensor, q: Tensor) =>
      tf.mul(tf.div(cell, n), tf.log(tf.div(tf.mul(tf.maximum(cell, 1e-9), n), tf.mul(p, q))));
    return tf.addN([term(n11, a, b), term(n10, a, b0), term(n01, a0, b), term(n00, a0, b0)]);
  };
  return lane(tf, [x], make, (found) => after(upper(found, d)));
}
