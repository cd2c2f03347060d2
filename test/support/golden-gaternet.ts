import { readFileSync } from 'node:fs';
import { type Tensor, writeSafetensors } from 'espalier';
import { Draws } from './draws.js';

// Reads test/golden/convolution.json and gaternet.json, and makes the inputs that test/golden/draws.py makes, to the bit.

/** A tensor of a golden file: whole, or some of its numbers and three sums over all of them. */
export interface GoldenTensor {
  /** What its places and its projection are drawn from. */
  readonly text: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Where in the tensor `values` stand; absent when they are all of it. */
  readonly places?: Int32Array;
  /** Inner product with `uniform(text, length)`. */
  readonly projection?: number;
  readonly norm?: number;
  /** Largest number of the whole tensor, without its sign. */
  readonly largest: number;
}

export interface GoldenConvolution {
  readonly name: string;
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** [batch][channels][height][width] */
  readonly x: Float32Array;
  /** [filters][channels][kernel][kernel] */
  readonly w: Float32Array;
  /** [batch][filters][outHeight][outWidth], the gradient that comes back. */
  readonly dy: Float32Array;
  /** What PyTorch gives, without bias. */
  readonly expected: { readonly y: GoldenTensor; readonly dx: GoldenTensor; readonly dw: GoldenTensor };
}

/** Without noise: the gater's outputs, what their signs open, and the backbone's outputs. */
export interface GoldenEvaluation {
  /** [sample][gate] */
  readonly scores: Float32Array;
  /** [sample][gate], 0 or 1 */
  readonly gates: Float32Array;
  /** [sample][class] */
  readonly logits: Float32Array;
}

export interface GoldenImages {
  readonly samples: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** [sample][channel][row][column] */
  readonly pixels: Float32Array;
}

export interface GoldenTraining {
  readonly name: string;
  readonly placement: 'block-output' | 'every-conv';
  /** Batch norm before the ReLU of the gater's bottleneck: `gater.resnet.newbn`. */
  readonly batchNorm: boolean;
  readonly gates: number;
  readonly depth: 8;
  readonly gaterDepth: 8;
  /** Channels of the first stage. */
  readonly width: 4;
  readonly bottleneck: 3;
  readonly classes: number;
  readonly penalty: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** One batch, the same in every step. */
  readonly images: GoldenImages;
  readonly labels: Int32Array;
  /** Weights and running statistics at the start, `backbone.<name>` and `gater.<name>`. */
  readonly initial: Readonly<Record<string, Tensor>>;
  /** By step: [sample][gate], added to the gater's outputs. */
  readonly noise: readonly Float32Array[];
  /** By step and sample: 1 takes the hard gates, 0 the soft ones. */
  readonly coins: readonly Uint8Array[];
  readonly initialEvaluation: GoldenEvaluation;
  /** Of the first step, with batch statistics. */
  readonly logits: Float32Array;
  readonly trainingGates: Float32Array;
  readonly gradients: Readonly<Record<string, GoldenTensor>>;
  /** Of every step, before its update. */
  readonly losses: readonly number[];
  readonly final: Readonly<Record<string, GoldenTensor>>;
  readonly finalEvaluation: GoldenEvaluation;
}

export interface GoldenEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'F32' | 'I64';
}

export interface GoldenPublished {
  readonly gates: number;
  /** Names, shapes and types in PyTorch's order, without the `backbone.` and `gater.` of `tensors`. */
  readonly backbone: { readonly parameters: number; readonly entries: readonly GoldenEntry[] };
  readonly gater: { readonly parameters: number; readonly entries: readonly GoldenEntry[] };
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly images: GoldenImages;
  readonly evaluation: GoldenEvaluation;
  /** ResNet-56 with the same gater: counts of parameters and gates, names of the backbone's tensors. */
  readonly deep: {
    readonly gates: number;
    readonly backbone: number;
    readonly gater: number;
    readonly backboneNames: readonly string[];
  };
}

/** The 82 convolutions: inputs made, outputs read. */
export function goldenConvolutions(): GoldenConvolution[] {
  const { cases, ...sizes } = read('convolution');
  return cases.map((stored: Json) => {
    const { name, batch, channels, filters, height, width, kernel, stride, padding, y, dx, dw } = stored;
    const [, , outHeight, outWidth] = y.shape;
    const golden = (what: string, tensor: Json) => goldenTensor(`${name}/${what}`, tensor, sizes);
    return {
      ...{ name, batch, channels, filters, height, width, kernel, stride, padding, outHeight, outWidth },
      x: uniform(`${name}/x`, batch * channels * height * width),
      w: uniform(`${name}/w`, filters * channels * kernel * kernel),
      dy: uniform(`${name}/dy`, batch * filters * outHeight * outWidth),
      expected: { y: golden('y', y), dx: golden('dx', dx), dw: golden('dw', dw) },
    };
  });
}

/** Both placements, each without and with batch norm in the gater. */
export function goldenTrainings(): GoldenTraining[] {
  const { trained, published: _, steps, batch, side, classes, ...common } = read('gaternet');
  const { penalty, learningRate, momentum, weightDecay } = common;
  return trained.map((stored: Json) => {
    const { seed, name, placement, batchNorm, gates, losses } = stored;
    const tensors = (what: 'gradients' | 'final') =>
      mapValues(stored[what], (tensor, key) => goldenTensor(`${seed}/${what}/${key}`, tensor, common));
    const entries = Object.entries<Json>(stored.final).flatMap(([key, { shape }]): GoldenEntry[] => {
      const entry: GoldenEntry = { name: key, shape, dtype: 'F32' };
      if (!key.endsWith('.running_var')) return [entry];
      return [entry, { name: key.replace('running_var', 'num_batches_tracked'), shape: [], dtype: 'I64' }];
    });
    const byStep = <T>(make: (step: number) => T) => Array.from({ length: steps }, (_, step) => make(step));
    return {
      ...{ name, placement, batchNorm, gates, depth: 8, gaterDepth: 8, width: 4, bottleneck: 3, classes },
      ...{ penalty, learningRate, momentum, weightDecay },
      images: goldenImages(seed, batch, side, 4),
      labels: Int32Array.from(words(`${seed}/labels`, batch), (word) => word % classes),
      initial: initialTensors(seed, entries),
      noise: byStep((step) => normal(`${seed}/noise/${step}`, batch * gates)),
      coins: byStep((step) => Uint8Array.from(words(`${seed}/coins/${step}`, batch), (word) => word % 2)),
      initialEvaluation: evaluation(stored.initialEvaluation),
      logits: decode(stored.logits),
      trainingGates: decode(stored.trainingGates),
      gradients: tensors('gradients'),
      losses,
      final: tensors('final'),
      finalEvaluation: evaluation(stored.finalEvaluation),
    };
  });
}

/** ResNet-20 for 10 classes and its gater, by the names that google-research/gaternet gives its tensors. */
export function goldenPublished(): GoldenPublished {
  const { seed, gates, backbone, gater, evaluation: evaluated, deep } = read('gaternet').published;
  const part = ({ parameters, tensors }: Json) => ({
    parameters,
    entries: tensors.map(([name, shape, dtype]: Json): GoldenEntry => ({ name, shape, dtype })) as GoldenEntry[],
  });
  const parts = { backbone: part(backbone), gater: part(gater) };
  const entries = Object.entries(parts).flatMap(([prefix, { entries }]) =>
    entries.map((entry) => ({ ...entry, name: `${prefix}.${entry.name}` })),
  );
  const tensors = initialTensors(seed, entries);
  return { gates, ...parts, tensors, images: goldenImages(seed, 4, 32, 8), evaluation: evaluation(evaluated), deep };
}

/**
 * The safetensors file of a published checkpoint: what is `backbone.<name>` here is `backbone_state_dict.<name>` there, and the
 * same for the gater. `module` puts before each name what PyTorch's DataParallel does.
 */
export function publishedCheckpoint(
  tensors: Readonly<Record<string, Tensor>>,
  { module = false }: { module?: boolean } = {},
): Uint8Array {
  const named = Object.entries(tensors).map(([name, tensor]): [string, Tensor] => {
    const [, part, rest] = /^(backbone|gater)\.(.*)$/.exec(name)!;
    return [`${part}_state_dict.${module ? 'module.' : ''}${rest}`, tensor];
  });
  return writeSafetensors(Object.fromEntries(named));
}

/**
 * Differences as a share of the tensor's largest number, at most `tolerance`. `floor` is the smallest such number: a bias before a
 * batch norm has gradient 0, which PyTorch gives as 1e-17.
 */
export function closeToGolden(
  actual: ArrayLike<number>,
  golden: GoldenTensor,
  tolerance: number,
  what: string,
  floor = 0,
): void {
  const { text, shape, values, places, projection, norm, largest } = golden;
  const length = sizeOf(shape);
  if (actual.length !== length) throw new Error(`${what}: ${actual.length} numbers, expected ${length}`);
  const bound = tolerance * Math.max(largest, floor);
  for (let i = 0; i < values.length; i++) {
    const at = places?.[i] ?? i;
    if (!(Math.abs(actual[at]! - values[i]!) <= bound)) {
      throw new Error(`${what}[${at}]: ${actual[at]}, expected ${values[i]} within ${bound}`);
    }
  }
  if (projection === undefined) return;
  const direction = uniform(text, length);
  let found = 0;
  for (let i = 0; i < length; i++) found += direction[i]! * actual[i]!;
  const off = tolerance * Math.max(norm!, floor);
  if (!(Math.abs(found - projection) <= off)) {
    throw new Error(
      `${what}: projects to ${found}, expected ${projection} within ${off}: a number not stored is wrong`,
    );
  }
}

/** `length` outputs of the generator that `text` seeds. */
export function words(text: string, length: number): Uint32Array {
  const draws = new Draws(seedOf(text));
  return Uint32Array.from({ length }, () => draws.word());
}

/** Multiples of 2^-23 in [-1, 1). */
export function uniform(text: string, length: number): Float32Array {
  return Float32Array.from(words(text, length), (word) => (word >>> 8) / 2 ** 23 - 1);
}

/** About N(0, 1): twelve uniforms of [0, 1) less 6. */
export function normal(text: string, length: number): Float32Array {
  const all = words(text, 12 * length);
  return Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < 12; j++) sum += all[12 * i + j]! >>> 8;
    return sum / 2 ** 24 - 6;
  });
}

/** A tint, square patches of one tone each, and noise. */
export function goldenImages(text: string, samples: number, side: number, patch: number): GoldenImages {
  const across = side / patch;
  const tints = uniform(`${text}/images/tints`, samples * 3);
  const tones = uniform(`${text}/images/tones`, samples * 3 * across * across);
  const noise = uniform(`${text}/images/noise`, samples * 3 * side * side);
  const pixels = noise.map((n, i) => {
    const plane = Math.floor(i / (side * side));
    const row = Math.floor(i / side) % side;
    const tone = tones[(plane * across + Math.floor(row / patch)) * across + Math.floor((i % side) / patch)]!;
    return 2 * tints[plane]! + tone + 0.5 * n;
  });
  return { samples, channels: 3, height: side, width: side, pixels };
}

/** Weights and statistics by the tensors' names: ±sqrt(3 / fan-in) for what multiplies, near 1 and 0 for norms and biases. */
export function initialTensors(seed: string, entries: readonly GoldenEntry[]): Record<string, Tensor> {
  const made = entries.map(({ name, shape, dtype }): [string, Tensor] => {
    if (dtype === 'I64') return [name, { shape, data: BigInt64Array.of(100n) }];
    const u = uniform(`${seed}/${name}`, sizeOf(shape));
    if (name.endsWith('.running_var')) return [name, { shape, data: u.map((x) => 1 + 0.5 * x) }];
    if (shape.length > 1) {
      const scale = Math.sqrt(3 / sizeOf(shape.slice(1)));
      return [name, { shape, data: u.map((x) => scale * x) }];
    }
    const centre = name.endsWith('.weight') ? 1 : 0;
    return [name, { shape, data: u.map((x) => centre + 0.25 * x) }];
  });
  return Object.fromEntries(made);
}

// biome-ignore lint/suspicious/noExplicitAny: the files are ours, and what comes out of here is typed
type Json = any;

function read(name: string): Json {
  return JSON.parse(readFileSync(`test/golden/${name}.json`, 'utf8'));
}

function goldenTensor(text: string, stored: Json, { whole, picked }: { whole: number; picked: number }): GoldenTensor {
  const { shape, projection, norm } = stored;
  const values = decode(stored.values);
  const length = sizeOf(shape);
  if (length <= whole) return { text, shape, values, largest: largestOf(values) };
  const places = Int32Array.from(words(`${text}/places`, picked), (word) => word % length);
  return { text, shape, values, places, projection, norm, largest: stored.largest };
}

function evaluation({ scores, gates, logits }: Json): GoldenEvaluation {
  return { scores: decode(scores), gates: decode(gates), logits: decode(logits) };
}

function decode(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
}

/** FNV-1a, 32 bits, of ASCII text. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

function mapValues<T>(record: Record<string, Json>, make: (value: Json, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value, key)]));
}
