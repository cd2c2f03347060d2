import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { got } from '../../check/phrase.js';
import { requireInteger } from '../../check/require.js';
import type { ConvShape } from '../../layers/conv.js';
import { outputSize } from '../../layers/conv.js';

const FILTERS = { kind: 'integer', from: 1, required: true, doc: 'Filters.' } as const;
const STRIDE = { kind: 'integer', from: 1, default: 1, doc: 'Stride.' } as const;
const GATED = { kind: 'flag', default: true, doc: 'Whether a gate decides on each filter.' } as const;

const POOL = {
  size: { kind: 'integer', from: 1, required: true, doc: 'Side of the window.' },
  stride: { kind: 'integer', from: 1, defaultDoc: 'size', doc: 'Stride.' },
  padding: { kind: 'integer', from: 0, default: 0, doc: 'Cells around the image, at most half of size.' },
} as const satisfies Options;

/** A layer of a backbone by its type: every convolution is followed by batch normalisation, and by ReLU. */
const LAYERS = {
  conv: {
    filters: FILTERS,
    kernel: { kind: 'integer', from: 1, default: 3, doc: 'Side of the square kernel.' },
    stride: STRIDE,
    padding: {
      kind: 'integer',
      from: 0,
      words: ['same'],
      default: 'same',
      doc: "Zeros around the image; 'same' keeps its size at stride 1 and needs an odd kernel.",
    },
    gated: GATED,
  },
  // Two 3x3 convolutions and a shortcut around them (He et al. 2016); the shortcut is a 1x1 convolution where the shapes differ.
  block: { filters: FILTERS, stride: STRIDE, gated: GATED },
  'max-pool': POOL,
  'average-pool': POOL,
} as const satisfies Record<string, Options>;

/** A layer of a backbone: every convolution is followed by batch normalisation, and by ReLU. */
export type BackboneLayer = {
  [K in keyof typeof LAYERS]: { type: K } & OptionsOf<(typeof LAYERS)[K]>;
}[keyof typeof LAYERS];

const RESNET = {
  kind: { kind: 'choice', of: ['resnet'], required: true, doc: 'A ResNet for small images.' },
  depth: { kind: 'integer', from: 8, required: true, doc: 'Layers, 6n + 2.' },
  width: { kind: 'integer', from: 1, default: 16, doc: 'Filters of the first stage.' },
} as const satisfies Options;

const CNN = {
  kind: { kind: 'choice', of: ['cnn'], required: true, doc: 'Pairs of convolutions and pools.' },
  filters: {
    kind: 'list',
    of: { kind: 'integer', from: 1, doc: 'Filters.' },
    least: 1,
    default: [32, 64, 128],
    doc: 'Filters of each pair.',
  },
} as const satisfies Options;

/**
 * 'resnet-N': the ResNet of depth N = 6n + 2 for small images, three stages of 16, 32 and 64 filters. 'cnn': pairs of 3x3 convolutions of 32, 64 and 128 filters, a
 * 2x2 max pool after each but the last. Or either with widths of your own, or the layers one by one. Global average pooling and a linear layer follow.
 */
export type Backbone =
  | `resnet-${number}`
  | 'cnn'
  | OptionsOf<typeof RESNET>
  | OptionsOf<typeof CNN>
  | readonly BackboneLayer[];

/**
 * Which filters have gates. 'block-output': those of a block's second convolution, before the shortcut is added (the authors' code). 'every-conv': also those of
 * its first, after the ReLU, so that the second need not read them. Convolutions outside blocks are gated by their own option.
 */
export const PLACEMENTS = ['block-output', 'every-conv'] as const;

export type Placement = (typeof PLACEMENTS)[number];

/** Whether it may be a backbone; planBackbone looks closer at those that have sizes of their own. */
export function isBackbone(value: unknown): value is Backbone {
  return typeof value === 'string' ? /^(cnn|resnet-\d{1,4})$/.test(value) : typeof value === 'object' && value !== null;
}

/** A backbone that is given by its name, with so many filters in its first stage. */
export function widened(backbone: Backbone, width: number | undefined, argument: string): Backbone {
  if (width === undefined) return backbone;
  if (typeof backbone !== 'string')
    throw new TypeError(`${argument}: expected none where the net is not given by its name, got ${width}`);
  const spec = named(backbone, argument) as { kind: string };
  return spec.kind === 'cnn'
    ? { kind: 'cnn', filters: [width, 2 * width, 4 * width] }
    : ({ ...spec, width } as Backbone);
}

export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Gates [first, first + count) of the net. */
export interface GateRange {
  readonly first: number;
  readonly count: number;
}

/** A convolution, its batch norm, and what follows. `input` and `shortcut` are places in the plan, -1 the image. */
export interface ConvNode {
  readonly kind: 'conv';
  readonly name: string;
  readonly norm: string;
  readonly input: number;
  readonly shape: ConvShape;
  readonly relu: boolean;
  readonly gate?: GateRange;
  /** Added after norm and gate, before the ReLU. Without one the gate comes after the ReLU. */
  readonly shortcut?: number;
}

export interface PoolNode {
  readonly kind: 'max-pool' | 'average-pool';
  readonly input: number;
  readonly shape: ImageShape & { readonly size: number; readonly stride: number; readonly padding: number };
}

export type PlanNode = ConvNode | PoolNode;

/** A net from images to feature maps, in the order of computing. */
export interface Plan {
  readonly image: ImageShape;
  readonly nodes: readonly PlanNode[];
  /** What each node puts out. */
  readonly outputs: readonly ImageShape[];
  readonly gates: number;
}

/** Lays out a backbone for images of this shape; without placement nothing is gated. TypeError or RangeError for one that makes no sense. */
export function planBackbone(
  backbone: Backbone,
  image: ImageShape,
  placement?: Placement,
  argument = 'backbone',
): Plan {
  const planner = new Planner(image, placement, argument);
  const spec = typeof backbone === 'string' ? named(backbone, argument) : backbone;
  if (typeof spec !== 'object' || spec === null) throw notOne(spec, argument);
  if (isLayers(spec)) planLayers(planner, spec, argument);
  else if (spec.kind === 'resnet') planResNet(planner, spec, argument);
  else if (spec.kind === 'cnn') planLayers(planner, cnnLayers(spec, argument), argument);
  else {
    const { kind } = spec as { kind: unknown };
    throw new TypeError(`${argument}.kind: expected 'resnet' or 'cnn', got ${got(kind)}`);
  }
  return planner;
}

type Spec = Exclude<Backbone, string>;

function isLayers(spec: Spec): spec is readonly BackboneLayer[] {
  return Array.isArray(spec);
}

function named(name: string, argument: string): Spec {
  const resnet = /^resnet-(\d+)$/.exec(name);
  if (resnet) return { kind: 'resnet', depth: Number(resnet[1]) };
  if (name === 'cnn') return { kind: 'cnn' };
  throw notOne(name, argument);
}

function notOne(value: unknown, argument: string): TypeError {
  return new TypeError(`${argument}: expected 'resnet-N', 'cnn', an object or a list of layers, got ${got(value)}`);
}

/** Deeper than anyone trains, and laid out at once. */
const MAX_DEPTH = 9998;

function planResNet(planner: Planner, given: OptionsOf<typeof RESNET>, argument: string): void {
  const { depth, width } = complete(RESNET, given, argument, `${argument}.`);
  if (depth % 6 !== 2 || depth > MAX_DEPTH)
    throw new RangeError(`${argument}.depth: expected 6n + 2 (8, 14, 20, ... ${MAX_DEPTH}), got ${depth}`);
  planner.conv({ name: 'conv', norm: 'bn', filters: width, kernel: 3, stride: 1, padding: 1, gated: false }, argument);
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 1; block <= (depth - 2) / 6; block++) {
      const stride = stage > 1 && block === 1 ? 2 : 1;
      planner.block(`stage${stage}.block${block}`, width * 2 ** (stage - 1), stride, true, argument);
    }
  }
}

function cnnLayers(given: OptionsOf<typeof CNN>, argument: string): BackboneLayer[] {
  const { filters } = complete(CNN, given, argument, `${argument}.`);
  return filters.flatMap((count, i): BackboneLayer[] => {
    const pair: BackboneLayer[] = [
      { type: 'conv', filters: count },
      { type: 'conv', filters: count },
    ];
    return i + 1 < filters.length ? [...pair, { type: 'max-pool', size: 2 }] : pair;
  });
}

function planLayers(planner: Planner, layers: readonly BackboneLayer[], argument: string): void {
  if (layers.length === 0) throw new RangeError(`${argument}: expected at least one layer, got none`);
  layers.forEach((layer, i) => {
    const at = `${argument}[${i}]`;
    if (typeof layer !== 'object' || layer === null)
      throw new TypeError(`${at}: expected an object, got ${got(layer)}`);
    const { type, ...given } = layer;
    if (!Object.hasOwn(LAYERS, type))
      throw new TypeError(`${at}.type: expected 'conv', 'block', 'max-pool' or 'average-pool', got ${got(type)}`);
    const of = `a layer of type '${type}'`;
    const name = `layers.${i}`;
    if (type === 'block') {
      const { filters, stride, gated } = complete(LAYERS.block, given, of, `${at}.`);
      planner.block(name, filters, stride, gated, at);
    } else if (type === 'conv') {
      const { filters, kernel, stride, padding: wanted, gated } = complete(LAYERS.conv, given, of, `${at}.`);
      const padding = paddingOf(wanted, kernel, at);
      planner.conv({ name: `${name}.conv`, norm: `${name}.bn`, filters, kernel, stride, padding, gated }, at);
    } else {
      const { size, stride = size, padding } = complete(POOL, given, of, `${at}.`);
      if (padding * 2 > size)
        throw new RangeError(`${at}.padding: expected at most half of size (${size}), got ${padding}`);
      planner.pool(type, size, stride, padding, at);
    }
  });
}

function paddingOf(padding: number | 'same', kernel: number, argument: string): number {
  if (padding !== 'same') return padding;
  if (kernel % 2 === 0)
    throw new RangeError(`${argument}.kernel: expected an odd kernel for padding 'same', got ${kernel}`);
  return (kernel - 1) / 2;
}

interface ConvLayer {
  name: string;
  norm: string;
  filters: number;
  kernel: number;
  stride: number;
  padding: number;
  gated: boolean;
}

/** A plan under construction: layers are put on top of the last. */
class Planner implements Plan {
  readonly image: ImageShape;
  readonly nodes: PlanNode[] = [];
  readonly outputs: ImageShape[] = [];
  gates = 0;
  private readonly placement: Placement | undefined;

  constructor(image: ImageShape, placement: Placement | undefined, argument: string) {
    for (const side of ['channels', 'height', 'width'] as const) requireInteger(image[side], 1, `${argument}.${side}`);
    this.image = image;
    this.placement = placement;
  }

  conv({ gated, ...layer }: ConvLayer, argument: string): void {
    const gate = gated && this.placement !== undefined;
    this.add({ ...layer, input: this.top, relu: true, gate }, argument);
  }

  block(name: string, filters: number, stride: number, gated: boolean, argument: string): void {
    const input = this.top;
    const from = this.output(input);
    const three = { filters, kernel: 3, padding: 1 };
    const [first, second] = [`${name}.conv1`, `${name}.conv2`];
    const inner = gated && this.placement === 'every-conv';
    this.add({ ...three, name: first, norm: `${name}.bn1`, stride, input, relu: true, gate: inner }, argument);
    const middle = this.top;
    // The image itself is never written to, which the sum of an identity shortcut would be.
    let shortcut = input;
    if (from.channels !== filters || stride !== 1 || input < 0) {
      const project = { name: `${name}.shortcut.conv`, norm: `${name}.shortcut.bn`, filters, kernel: 1, padding: 0 };
      this.add({ ...project, stride, input, relu: false, gate: false }, argument);
      shortcut = this.top;
    }
    const gate = gated && this.placement !== undefined;
    this.add(
      { ...three, name: second, norm: `${name}.bn2`, stride: 1, input: middle, relu: true, gate, shortcut },
      argument,
    );
  }

  pool(kind: PoolNode['kind'], size: number, stride: number, padding: number, argument: string): void {
    const input = this.top;
    const from = this.output(input);
    const height = outputSize(from.height, size, stride, padding);
    const width = outputSize(from.width, size, stride, padding);
    requireFits(size, from, padding, argument, 'size');
    this.nodes.push({ kind, input, shape: { ...from, size, stride, padding } });
    this.outputs.push({ channels: from.channels, height, width });
  }

  private get top(): number {
    return this.nodes.length - 1;
  }

  private output(node: number): ImageShape {
    return node < 0 ? this.image : this.outputs[node]!;
  }

  private add(
    layer: Omit<ConvNode, 'kind' | 'shape' | 'gate'> & Omit<ConvLayer, 'gated'> & { gate: boolean },
    argument: string,
  ): void {
    const { name, norm, input, relu, filters, kernel, stride, padding, gate, shortcut } = layer;
    const { channels, height, width } = this.output(input);
    requireFits(kernel, { height, width }, padding, argument, 'kernel');
    this.nodes.push({
      kind: 'conv',
      name,
      norm,
      input,
      relu,
      shape: { channels, filters, kernel, stride, padding, height, width },
      ...(gate ? { gate: { first: this.gates, count: filters } } : {}),
      ...(shortcut === undefined ? {} : { shortcut }),
    });
    this.outputs.push({
      channels: filters,
      height: outputSize(height, kernel, stride, padding),
      width: outputSize(width, kernel, stride, padding),
    });
    if (gate) this.gates += filters;
  }
}

function requireFits(
  kernel: number,
  { height, width }: Pick<ImageShape, 'height' | 'width'>,
  padding: number,
  argument: string,
  what: string,
): void {
  const side = Math.min(height, width) + 2 * padding;
  if (kernel > side) {
    throw new RangeError(
      `${argument}.${what}: expected at most ${side}, the smaller side of ${height} x ${width} with padding ${padding}, got ${kernel}`,
    );
  }
}
