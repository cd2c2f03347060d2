import type { ConvNetTask, Convolution, FeedforwardTask, Lane, Modules, Peer, SparseLayer } from '../operations.js';
import { denseWeight } from './layouts.js';
import { type OnnxNode, type OnnxTensor, onnxModel } from './onnx-model.js';

/** What is used of ONNX Runtime Web; its types are not installed with the project. */
interface Runtime {
  env: { wasm: { numThreads: number; wasmPaths?: string } };
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: 'float32', values: Float32Array, shape: readonly number[]) => object;
}

interface Session {
  run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array }>>;
  release(): Promise<void>;
}

/** ONNX Runtime Web on WebAssembly, one thread: it runs models, and trains none. */
export function onnxRuntime(modules: Modules): Peer {
  const ort = modules.load('onnxruntime-web') as Runtime;
  ort.env.wasm.numThreads = 1;
  const named = (name: string, values: Float32Array, shape: readonly number[]) => ({ name, values, shape });
  return {
    name: `ONNX Runtime Web ${modules.version('onnxruntime-web')}`,
    does: {
      product: ({ m, k, n, a, b }) =>
        lane(ort, [named('a', a, [m, k]), named('b', b, [k, n])], [], [node('MatMul', ['a', 'b'], 'y')], [m, n]),
      'conv forward'(given) {
        const { batch, channels, filters, kernel, size, out, x, weight } = given;
        const w = named('w', weight, [filters, channels, kernel, kernel]);
        const conv = node('Conv', ['x', 'w'], 'y', around(given));
        return lane(ort, [named('x', x, [batch, channels, size, size])], [w], [conv], [batch, filters, out, out]);
      },
      'conv dX'(given) {
        const { batch, channels, filters, kernel, size, out, dy, weight } = given;
        const w = named('w', weight, [filters, channels, kernel, kernel]);
        const conv = node('ConvTranspose', ['x', 'w'], 'y', around(given));
        return lane(ort, [named('x', dy, [batch, filters, out, out])], [w], [conv], [batch, channels, size, size]);
      },
      'sparse forward': (given) => sparse(ort, given, true),
      'sparse dX': (given) => sparse(ort, given, false),
      'net inference': (given) => net(ort, given),
      'images inference': (given) => images(ort, given),
    },
  };
}

function node(type: string, inputs: string[], output: string, attributes?: OnnxNode['attributes']): OnnxNode {
  return { type, inputs, output, ...(attributes ? { attributes } : {}) };
}

function around({ kernel, stride, padding }: Pick<Convolution, 'kernel' | 'stride' | 'padding'>) {
  return { kernel_shape: [kernel, kernel], pads: Array<number>(4).fill(padding), strides: [stride, stride] };
}

type Values = OnnxTensor & { readonly values: Float32Array };

async function lane(
  ort: Runtime,
  inputs: readonly Values[],
  constants: readonly Values[],
  nodes: readonly OnnxNode[],
  shape: readonly number[],
): Promise<Lane> {
  const session = await open(ort, inputs, constants, nodes, shape);
  const feeds = Object.fromEntries(
    inputs.map(({ name, values, shape: sides }) => [name, new ort.Tensor('float32', values, sides)]),
  );
  let last = new Float32Array();
  return {
    async run() {
      last = (await session.run(feeds)).y!.data as Float32Array<ArrayBuffer>;
    },
    result: () => last,
    dispose: () => void session.release(),
  };
}

async function open(
  ort: Runtime,
  inputs: readonly OnnxTensor[],
  constants: readonly Values[],
  nodes: readonly OnnxNode[],
  shape: readonly number[],
): Promise<Session> {
  const model = onnxModel(inputs, constants, nodes, { name: 'y', shape });
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  // In Node it makes one, which other peers would take for a page's.
  if (!before) Reflect.deleteProperty(globalThis, 'Worker');
  return session;
}

/** It has no sparse layer: what is missing is multiplied as zeros. */
function sparse(ort: Runtime, given: SparseLayer, forward: boolean): Promise<Lane> {
  const { inputs, units, batch, x, dy } = given;
  const w = { name: 'w', values: denseWeight(given, given.weight), shape: [units, inputs] };
  const gemm = node('Gemm', ['x', 'w'], 'y', { transB: forward ? 1 : 0 });
  const input = { name: 'x', values: forward ? x : dy, shape: [batch, forward ? inputs : units] };
  return lane(ort, [input], [w], [gemm], [batch, forward ? units : inputs]);
}

async function net(ort: Runtime, { layers, rows, x, batch }: FeedforwardTask): Promise<Lane> {
  const { inputs } = layers[0]!;
  const { units: classes } = layers.at(-1)!;
  const last = layers.length - 1;
  const constants = layers.flatMap(({ units, inputs: from, connections, weight, bias }, l) => [
    { name: `w${l}`, values: connections ? denseWeight(connections, weight) : weight, shape: [units, from] },
    { name: `b${l}`, values: bias, shape: [units] },
  ]);
  const nodes = layers.flatMap((_, l) => {
    const gemm = node('Gemm', [l === 0 ? 'x' : `x${l}`, `w${l}`, `b${l}`], l === last ? 'y' : `s${l}`, { transB: 1 });
    return l === last ? [gemm] : [gemm, node('Relu', [`s${l}`], `x${l + 1}`)];
  });
  const session = await open(ort, [{ name: 'x', shape: [batch, inputs] }], constants, nodes, [batch, classes]);
  const feeds = Array.from({ length: rows / batch }, (_, b) => {
    const values = x.subarray(b * batch * inputs, (b + 1) * batch * inputs);
    return { x: new ort.Tensor('float32', values, [batch, inputs]) };
  });
  const logits = new Float32Array(rows * classes);
  return {
    async run() {
      for (const [b, feed] of feeds.entries()) logits.set((await session.run(feed)).y!.data, b * batch * classes);
    },
    result: () => logits,
    dispose: () => void session.release(),
  };
}

/** Batch normalisation by what was found before is a scale and a shift: the scale goes into the filters. */
function images(ort: Runtime, given: ConvNetTask): Promise<Lane> {
  const { batch, channels, size, classes, nodes } = given;
  const features = nodes.at(-1)!.filters;
  const constants: Values[] = [];
  const made: OnnxNode[] = [];
  const from = (at: number) => (at < 0 ? 'x' : `y${at}`);
  nodes.forEach((one, i) => {
    const { filters, kernel, weight, gain, bias, input, shortcut, relu } = one;
    const each = weight.length / filters;
    const values = weight.map((w, at) => (w * gain[Math.floor(at / each)]!) / Math.sqrt(1 + 1e-5));
    constants.push({ name: `w${i}`, values, shape: [filters, one.channels, kernel, kernel] });
    constants.push({ name: `b${i}`, values: bias, shape: [filters] });
    const names = [`y${i}`, ...(relu ? [`r${i}`] : []), ...(shortcut === undefined ? [] : [`c${i}`])];
    made.push(node('Conv', [from(input), `w${i}`, `b${i}`], names.at(-1)!, around(one)));
    if (shortcut !== undefined) made.push(node('Add', [names.pop()!, from(shortcut)], names.at(-1)!));
    if (relu) made.push(node('Relu', [names.pop()!], names.at(-1)!));
  });
  constants.push({ name: 'w', values: given.weight, shape: [classes, features] });
  constants.push({ name: 'b', values: given.bias, shape: [classes] });
  made.push(node('GlobalAveragePool', [from(nodes.length - 1)], 'mean'), node('Flatten', ['mean'], 'flat'));
  made.push(node('Gemm', ['flat', 'w', 'b'], 'y', { transB: 1 }));
  const x = { name: 'x', values: given.images, shape: [batch, channels, size, size] };
  return lane(ort, [x], constants, made, [batch, classes]);
}
