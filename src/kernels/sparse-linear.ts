import { requireArray, requireIndex, requireLength } from '../check/arrays.js';
import { complete } from '../check/complete.js';
import type { Completed, Options, OptionsOf } from '../check/option.js';
import { LANES, rowsToTiles, tilesFor, tilesToRows } from '../layers/batch.js';
import { activationBytes, Linear } from '../layers/linear.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import { CALLING, type Call, called, FLOATS, type Floats, SIZE } from './call.js';

/** Which inputs each unit sees. */
const CONNECTIONS = {
  samples: { kind: 'integer', from: 1, default: 1, doc: 'Rows. They are computed 32 at a time: fewer take as long.' },
  inputs: { ...SIZE, doc: 'Numbers of a row of x.' },
  units: { ...SIZE, doc: 'Numbers of a row of y.' },
  start: {
    kind: 'other',
    is: isIntegers,
    expected: 'Int32Array',
    required: true,
    doc: '[units + 1], where the connections of each unit begin, from 0 on; the last says how many there are.',
  },
  index: {
    kind: 'other',
    is: isIntegers,
    expected: 'Int32Array',
    required: true,
    doc: "The input of each connection: unit u's are index[start[u]] to index[start[u + 1]], rising.",
  },
} as const satisfies Options;

const FORWARD = {
  ...CONNECTIONS,
  bias: { ...FLOATS, doc: '[units], added to the output.' },
  out: { ...FLOATS, doc: '[samples][units], where y goes; default: a new array, or a new block where x is one.' },
  ...CALLING,
} as const satisfies Options;

const BACKWARD = {
  ...CONNECTIONS,
  dx: {
    ...FLOATS,
    doc: '[samples][inputs], where that gradient goes; default: a new array, or a new block where x is one.',
  },
  dweight: { ...FLOATS, doc: '[connections], likewise.' },
  dbias: { ...FLOATS, doc: '[units], likewise.' },
  ...CALLING,
} as const satisfies Options;

type Results = 'dx' | 'dweight' | 'dbias';
/** Options of sparseLinear. */
export type SparseLinearOptions<T extends Floats = Floats> = Omit<OptionsOf<typeof FORWARD>, 'out'> & {
  out?: T | undefined;
};
/** Options of sparseLinearGradients. */
export type SparseLinearGradientsOptions<T extends Floats = Floats> = Omit<OptionsOf<typeof BACKWARD>, Results> & {
  [K in Results]?: T | undefined;
};

/**
 * A layer of units that each see a few inputs: y[s][u] = bias[u] + Σ weight[e] x[s][index[e]] over the connections e of u, in order.
 * @param x [samples][inputs]
 * @param weight [connections]
 * @returns [samples][units]
 */
export async function sparseLinear<T extends Floats>(x: T, weight: Floats, given: SparseLinearOptions<T>): Promise<T> {
  const options = withConnections(complete(FORWARD, given, 'sparseLinear'));
  const { samples, inputs, units, index, bias } = options;
  const out = options.out as T | undefined;
  const operands = [
    { name: 'x', value: x, shape: [samples, inputs] },
    { name: 'weight', value: weight, shape: [index.length] },
    { name: 'bias', value: bias, shape: [units], optional: true },
    { name: 'out', value: out, shape: [samples, units], optional: true, written: true },
  ] as const;
  return called(options, operands, async (call) => {
    const { scope, pace } = call;
    const layer = new Layer(call, options);
    await layer.takeWeights(weight, bias);
    const from = await layer.tiles(await call.read(x), inputs, samples);
    const y = scope.bytes(activationBytes(units, samples));
    await layer.linear.forward(y, from, tilesFor(samples), NO_PACK, pace);
    const result = call.result(x, [samples, units], out);
    await layer.rows(call.write(result), y, units, samples);
    return result;
  });
}

/**
 * The gradients of sparseLinear: dx[s][i] = Σ weight[e] dy[s][u], dweight[e] = Σ dy[s][u] x[s][i] and dbias[u] = Σ dy[s][u] over the connections e from i to u and the samples.
 * @param x [samples][inputs]
 * @param dy [samples][units]: the gradient of the output
 * @param weight [connections]
 */
export async function sparseLinearGradients<T extends Floats>(
  x: T,
  dy: Floats,
  weight: Floats,
  given: SparseLinearGradientsOptions<T>,
): Promise<{ dx: T; dweight: T; dbias: T }> {
  const options = withConnections(complete(BACKWARD, given, 'sparseLinearGradients'));
  const { samples, inputs, units, index } = options;
  const shapes = { dx: [samples, inputs], dweight: [index.length], dbias: [units] };
  const written = (['dx', 'dweight', 'dbias'] as const).map((name) => {
    return { name, value: options[name], shape: shapes[name], optional: true, written: true } as const;
  });
  const operands = [
    { name: 'x', value: x, shape: [samples, inputs] },
    { name: 'dy', value: dy, shape: [samples, units] },
    { name: 'weight', value: weight, shape: [index.length] },
    ...written,
  ] as const;
  return called(options, operands, async (call) => {
    const { scope, pace, engine } = call;
    const layer = new Layer(call, options);
    await layer.takeWeights(weight, undefined);
    const from = await layer.tiles(await call.read(x), inputs, samples);
    const gradient = await layer.tiles(await call.read(dy), units, samples);
    const dxTiles = scope.bytes(activationBytes(inputs, samples));
    await layer.linear.backward(dxTiles, gradient, from, tilesFor(samples), NO_PACK, pace);
    const result = <K extends Results>(name: K) => call.result(x, shapes[name], options[name] as T | undefined);
    const [dx, dweight, dbias] = [result('dx'), result('dweight'), result('dbias')];
    await layer.rows(call.write(dx), dxTiles, inputs, samples);
    engine.f32(call.write(dweight), index.length).set(engine.f32(layer.gradient('sparse.weight'), index.length));
    engine.f32(call.write(dbias), units).set(engine.f32(layer.gradient('bias'), units));
    return { dx, dweight, dbias };
  });
}

/** Units that are fully connected would pack theirs. */
const NO_PACK = { a: NONE, b: NONE };

type Shape = Completed<typeof CONNECTIONS>;

/** The nets' layer in the memory of a call. */
class Layer {
  readonly linear: Linear;
  private readonly parameters: Address;
  private readonly gradients: Address;

  constructor(
    private readonly call: Call,
    connections: Shape,
  ) {
    const { engine, scope } = call;
    this.linear = new Linear(engine, scope, { inputs: connections.inputs, connections, dense: 0, input: 'tiles' });
    this.parameters = scope.zeros(this.linear.parameterLength);
    this.gradients = scope.zeros(this.linear.parameterLength);
    this.linear.bind(this.parameters, this.gradients);
  }

  gradient(name: 'sparse.weight' | 'bias'): Address {
    return plus(this.gradients, this.offset(name));
  }

  async takeWeights(weight: Floats, bias: Floats | undefined): Promise<void> {
    const { call, linear } = this;
    const { engine } = call;
    const put = async (name: 'sparse.weight' | 'bias', values: Floats, length: number) => {
      const from = await call.read(values);
      engine.f32(plus(this.parameters, this.offset(name)), length).set(engine.f32(from, length));
    };
    await put('sparse.weight', weight, weight.length);
    if (bias) await put('bias', bias, linear.units);
  }

  /** Rows [samples][features] as tiles [features][32]. */
  async tiles(rows: Address, features: number, samples: number): Promise<Address> {
    const { engine, scope, pace } = this.call;
    const count = tilesFor(samples);
    const staged = this.call.staged(rows, samples * features, (count * LANES - samples) * features);
    const to = scope.bytes(activationBytes(features, samples));
    await rowsToTiles(engine, to, staged, features, count, samples, pace);
    return to;
  }

  /** The other way round. */
  async rows(to: Address, tiles: Address, features: number, samples: number): Promise<void> {
    const { engine, scope, pace } = this.call;
    const rows = scope.bytes(activationBytes(features, samples));
    await tilesToRows(engine, rows, tiles, features, tilesFor(samples), pace);
    engine.f32(to, samples * features).set(engine.f32(rows, samples * features));
  }

  private offset(name: 'sparse.weight' | 'bias'): number {
    return 4 * this.linear.segments.find((segment) => segment.name === name)!.offset;
  }
}

/** With copies of the connections: kernels index by them, and they may be written to while others have their turn. */
function withConnections<S extends Shape>(options: S): S {
  requireArray(options.start, 'start', Int32Array);
  requireArray(options.index, 'index', Int32Array);
  const own = { ...options, start: options.start.slice(), index: options.index.slice() };
  requireConnections(own);
  return own;
}

function isIntegers(value: unknown): value is Int32Array {
  return value instanceof Int32Array;
}

function requireConnections({ inputs, units, start, index }: Shape): void {
  requireLength(start, units + 1, 'start', `units + 1 = ${units} + 1`);
  if (start[0] !== 0) throw new RangeError(`start[0]: expected 0, got ${start[0]}`);
  for (let u = 0; u < units; u++) {
    if (!(start[u + 1]! >= start[u]!))
      throw new RangeError(`start[${u + 1}]: expected an integer from ${start[u]}, got ${start[u + 1]}`);
  }
  requireLength(index, start[units]!, 'index', `start[${units}]`);
  if (index.length === 0) throw new RangeError('index: expected at least one connection, got none');
  for (let u = 0; u < units; u++) {
    for (let e = start[u]!; e < start[u + 1]!; e++) {
      requireIndex(index[e]!, inputs, `index[${e}]`, 'feature');
      if (e > start[u]! && index[e]! <= index[e - 1]!)
        throw new RangeError(
          `index[${e}]: expected inputs that rise within unit ${u}, got ${index[e]} after ${index[e - 1]}`,
        );
    }
  }
}
