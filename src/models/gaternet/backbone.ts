import { requireInteger, requireOptions } from '../../check/require.js';
import type { ConvShape } from '../../layers/conv.js';
import { outputSize } from '../../layers/conv.js';

/** A layer of a backbone: every convolution is followed by batch normalisation, and by ReLU. */
export type BackboneLayer =
  | {
      type: 'conv';
      filters: number;
      /** Side of the square kernel. Default 3. */
      kernel?: number;
      /** Default 1. */
      stride?: number;
      /** Zeros around the image; 'same' keeps its size at stride 1 and needs an odd kernel. Default 'same'. */
      padding?: number | 'same';
      /** Whether a gate decides on each filter. Default true. */
      gated?: boolean;
    }
  | {
      /** Two 3x3 convolutions and a shortcut around them (He et al. 2016); the shortcut is a 1x1 convolution where the shapes differ. */
      type: 'block';
      filters: number;
      /** Default 1. */
      stride?: number;
      /** Default true. */
      gated?: boolean;
    }
  | {
      type: 'max-pool' | 'average-pool';
      size: number;
      /** Default: size. */
      stride?: number;
      /** Default 0. */
      padding?: number;
    };

/**
 * 'resnet-N': the ResNet of depth N = 6n + 2 for small images, three stages of 16, 32 and 64 filters. 'cnn': pairs of 3x3 convolutions of 32, 64 and 128 filters, a
 * 2x2 max pool after each but the last. Or either with widths of your own, or the layers one by one. Global average pooling and a linear layer follow.
 */
export type Backbone =
  | `resnet-${number}`
  | 'cnn'
  | { kind: 'resnet'; depth: number /** Filters of the first stage. Default 16. */; width?: number }
  | { kind: 'cnn' /** Filters of each pair. Default [32, 64, 128]. */; filters?: readonly number[] }
  | readonly BackboneLayer[];

/**
 * Which filters have gates. 'block-output': those of a block's second convolution, before the shortcut is added (the authors' code). 'every-conv': also those of
 * its first, after the ReLU, so that the second need not read them. Convolutions outside blocks are gated by their own option.
 */
export type Placement = 'block-output' | 'every-conv';

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
  requireOptions(spec, argument);
  if (isLayers(spec)) planLayers(planner, spec, argument);
  else if (spec.kind === 'resnet') planResNet(planner, spec, argument);
  else if (spec.kind === 'cnn') planLayers(planner, cnnLayers(spec, argument), argument);
  else {
    const { kind } = spec as { kind: unknown };
    throw new TypeError(`${argument}.kind: expected 'resnet' or 'cnn', got ${JSON.stringify(kind)}`);
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
  throw new TypeError(
    `${argument}: expected 'resnet-N', 'cnn', an object or a list of layers, got ${JSON.stringify(name)}`,
  );
}

/** Deeper than anyone trains, and laid out at once. */
const MAX_DEPTH = 9998;

function planResNet(
  planner: Planner,
  { depth, width = 16 }: { depth: number; width?: number },
  argument: string,
): void {
  requireInteger(depth, 8, `${argument}.depth`);
  requireInteger(width, 1, `${argument}.width`);
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

function cnnLayers({ filters = [32, 64, 128] }: { filters?: readonly number[] }, argument: string): BackboneLayer[] {
  if (!Array.isArray(filters) || filters.length === 0)
    throw new TypeError(`${argument}.filters: expected a list of filter counts, got ${JSON.stringify(filters)}`);
  return filters.flatMap((count, i): BackboneLayer[] => {
    requireInteger(count, 1, `${argument}.filters[${i}]`);
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
    requireOptions(layer, at);
    const stride = layer.stride ?? (layer.type === 'conv' || layer.type === 'block' ? 1 : layer.size);
    requireInteger(stride, 1, `${at}.stride`);
    if (layer.type === 'conv' || layer.type === 'block') {
      requireInteger(layer.filters, 1, `${at}.filters`);
      const gated = layer.gated ?? true;
      if (typeof gated !== 'boolean') throw new TypeError(`${at}.gated: expected a boolean, got ${typeof gated}`);
      const name = `layers.${i}`;
      if (layer.type === 'block') planner.block(name, layer.filters, stride, gated, at);
      else {
        const kernel = layer.kernel ?? 3;
        requireInteger(kernel, 1, `${at}.kernel`);
        const padding = paddingOf(layer.padding ?? 'same', kernel, at);
        planner.conv(
          { name: `${name}.conv`, norm: `${name}.bn`, filters: layer.filters, kernel, stride, padding, gated },
          at,
        );
      }
    } else if (layer.type === 'max-pool' || layer.type === 'average-pool') {
      const { size, padding = 0 } = layer;
      requireInteger(size, 1, `${at}.size`);
      requireInteger(padding, 0, `${at}.padding`);
      if (padding * 2 > size)
        throw new RangeError(`${at}.padding: expected at most half of size (${size}), got ${padding}`);
      planner.pool(layer.type, size, stride, padding, at);
    } else {
      const got = JSON.stringify((layer as { type: unknown }).type);
      throw new TypeError(`${at}.type: expected 'conv', 'block', 'max-pool' or 'average-pool', got ${got}`);
    }
  });
}

function paddingOf(padding: number | 'same', kernel: number, argument: string): number {
  if (padding !== 'same') {
    requireInteger(padding, 0, `${argument}.padding`);
    return padding;
  }
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
    if (placement !== undefined && placement !== 'block-output' && placement !== 'every-conv') {
      throw new TypeError(`placement: expected 'block-output' or 'every-conv', got ${JSON.stringify(placement)}`);
    }
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
