import type { Tensor } from 'espalier';

// A gated ResNet by loops in double precision, slow and plain: an oracle for nets of any depth, width and size of image.

/** [sample][channel][row][column] */
export interface Planes {
  readonly samples: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** By the names of google-research/gaternet, behind `backbone.` and `gater.`; depth and widths come from them. */
export type GatedTensors = Readonly<Record<string, Tensor>>;

/** What batch norm takes: its running statistics (evaluation), or the batch's own (training). */
export type Statistics = 'running' | 'batch';

interface Net {
  readonly tensors: GatedTensors;
  /** What stands before every name, with its dot. */
  readonly prefix: string;
  readonly statistics: Statistics;
}

const EPSILON = 1e-5;

/** The gater's outputs, [sample][gate]: above 0 is open. */
export function referenceScores(tensors: GatedTensors, images: Planes, statistics: Statistics = 'running') {
  const resnet = { tensors, prefix: 'gater.resnet.', statistics };
  let hidden: Planes = linear(resnet, 'newfc', pooled(trunk(resnet, images)));
  if ('gater.resnet.newbn.weight' in tensors) hidden = norm(resnet, 'newbn', hidden);
  return linear({ ...resnet, prefix: 'gater.' }, 'fnn.fc.0', relu(hidden)).values;
}

/** [sample][gate], 1 where the score is above 0. */
export function openGates(scores: ArrayLike<number>): Float32Array {
  return Float32Array.from(scores, (score) => (score > 0 ? 1 : 0));
}

/** Improved semantic hashing: with noise, each sample's coin takes its hard gates (1) or its soft ones (0). */
export function referenceTrainingGates(
  scores: ArrayLike<number>,
  noise: ArrayLike<number>,
  coins: ArrayLike<number>,
): Float64Array {
  const gates = scores.length / coins.length;
  return Float64Array.from(scores, (score, i) => {
    const u = score + noise[i]!;
    if (coins[Math.floor(i / gates)] === 1) return u > 0 ? 1 : 0;
    return Math.min(Math.max(1.2 / (1 + Math.exp(-u)) - 0.1, 0), 1);
  });
}

/** The backbone's outputs, [sample][class], every filter run and multiplied by its gate in `gates`, [sample][gate]. */
export function referenceLogits(
  tensors: GatedTensors,
  images: Planes,
  gates: ArrayLike<number>,
  placement: 'block-output' | 'every-conv',
  statistics: Statistics = 'running',
): Float64Array {
  const backbone = { tensors, prefix: 'backbone.', statistics };
  const perSample = gates.length / images.samples;
  let at = 0;
  const gate = (x: Planes, convolution: 1 | 2): Planes => {
    if (convolution === 1 && placement === 'block-output') return x;
    const from = at;
    at += x.channels;
    const hw = x.height * x.width;
    return mapped(x, (value, i) => {
      const plane = Math.floor(i / hw);
      return value * gates[Math.floor(plane / x.channels) * perSample + from + (plane % x.channels)]!;
    });
  };
  const features = pooled(trunk(backbone, images, gate));
  if (at !== perSample) throw new Error(`gates: ${perSample} a sample, expected ${at}`);
  return linear(backbone, 'fc', features).values;
}

/** Without bias; `weights` is [filter][channel][kernel][kernel]. What is outside the plane is 0. */
export function referenceConvolution(
  x: Planes,
  weights: ArrayLike<number>,
  filters: number,
  kernel: number,
  stride: number,
  padding: number,
): Planes & { values: Float64Array } {
  const height = Math.floor((x.height + 2 * padding - kernel) / stride) + 1;
  const width = Math.floor((x.width + 2 * padding - kernel) / stride) + 1;
  const y = { samples: x.samples, channels: filters, height, width };
  const values = new Float64Array(x.samples * filters * height * width);
  const input = new Float64Array(x.values);
  eachTap(x, y, kernel, stride, padding, (from, tap, to, count) => {
    const weight = weights[tap]!;
    for (let k = 0; k < count; k++) values[to + k]! += input[from + k * stride]! * weight;
  });
  return { ...y, values };
}

/** Gradients of that convolution, given the one with respect to its outputs. */
export function referenceConvolutionBackward(
  x: Planes,
  weights: ArrayLike<number>,
  dy: Planes,
  kernel: number,
  stride: number,
  padding: number,
): { dx: Float64Array; dw: Float64Array } {
  const dx = new Float64Array(x.values.length);
  const dw = new Float64Array(weights.length);
  eachTap(x, dy, kernel, stride, padding, (from, tap, to, count) => {
    for (let k = 0; k < count; k++) {
      dx[from + k * stride]! += dy.values[to + k]! * weights[tap]!;
      dw[tap]! += dy.values[to + k]! * x.values[from + k * stride]!;
    }
  });
  return { dx, dw };
}

type Sizes = Omit<Planes, 'values'>;

/**
 * The products a convolution sums, by runs that share a weight: `count` outputs from `to` on, each with the input `stride`
 * after the last, the first at `from`.
 */
function eachTap(
  x: Sizes,
  y: Sizes,
  kernel: number,
  stride: number,
  padding: number,
  visit: (from: number, tap: number, to: number, count: number) => void,
): void {
  for (let s = 0; s < y.samples; s++) {
    for (let f = 0; f < y.channels; f++) {
      for (let c = 0; c < x.channels; c++) {
        for (let i = 0; i < kernel; i++) {
          for (let j = 0; j < kernel; j++) {
            // Columns whose input is inside the plane.
            const first = Math.max(0, Math.ceil((padding - j) / stride));
            const last = Math.min(y.width - 1, Math.floor((x.width - 1 + padding - j) / stride));
            for (let row = 0; row < y.height; row++) {
              const above = row * stride - padding + i;
              if (above < 0 || above >= x.height || last < first) continue;
              const from = ((s * x.channels + c) * x.height + above) * x.width + first * stride - padding + j;
              const to = ((s * y.channels + f) * y.height + row) * y.width + first;
              visit(from, ((f * x.channels + c) * kernel + i) * kernel + j, to, last - first + 1);
            }
          }
        }
      }
    }
  }
}

/** Stem and stages; `gate` is what stands behind each of a block's two convolutions. */
function trunk(net: Net, images: Planes, gate = (x: Planes, _convolution: 1 | 2) => x): Planes {
  let x = relu(norm(net, 'bn', convolution(net, 'conv', images)));
  for (let s = 1; has(net, `stage${s}.block1.conv1`); s++) {
    for (let b = 1; has(net, `stage${s}.block${b}.conv1`); b++) {
      const block = `stage${s}.block${b}`;
      const stride = s > 1 && b === 1 ? 2 : 1;
      let y = gate(relu(norm(net, `${block}.bn1`, convolution(net, `${block}.conv1`, x, stride))), 1);
      y = gate(norm(net, `${block}.bn2`, convolution(net, `${block}.conv2`, y)), 2);
      const shortcut = has(net, `${block}.shortcut.conv`)
        ? norm(net, `${block}.shortcut.bn`, convolution(net, `${block}.shortcut.conv`, x, stride))
        : x;
      x = relu(mapped(y, (value, i) => value + shortcut.values[i]!));
    }
  }
  return x;
}

function convolution(net: Net, name: string, x: Planes, stride = 1): Planes {
  const { shape, data } = net.tensors[`${net.prefix}${name}.weight`]!;
  const [filters, , kernel] = shape as [number, number, number];
  return referenceConvolution(x, data as Float32Array, filters, kernel, stride, (kernel - 1) / 2);
}

function norm(net: Net, name: string, x: Planes): Planes {
  const read = (what: string) => numbers(net, `${name}.${what}`);
  const hw = x.height * x.width;
  const channelOf = (i: number) => Math.floor(i / hw) % x.channels;
  let mean: ArrayLike<number>;
  let variance: ArrayLike<number>;
  if (net.statistics === 'running') {
    mean = read('running_mean');
    variance = read('running_var');
  } else {
    const share = (value: (i: number) => number) => {
      const sums = new Float64Array(x.channels);
      for (let i = 0; i < x.values.length; i++) sums[channelOf(i)]! += value(i);
      return sums.map((sum) => sum / (x.samples * hw));
    };
    const means = share((i) => x.values[i]!);
    mean = means;
    variance = share((i) => (x.values[i]! - means[channelOf(i)]!) ** 2);
  }
  const weight = read('weight');
  const bias = read('bias');
  return mapped(x, (value, i) => {
    const c = channelOf(i);
    return ((value - mean[c]!) / Math.sqrt(variance[c]! + EPSILON)) * weight[c]! + bias[c]!;
  });
}

/** The mean of each plane, as a plane of one. */
function pooled(x: Planes): Planes {
  const hw = x.height * x.width;
  const values = new Float64Array(x.samples * x.channels);
  for (let i = 0; i < x.values.length; i++) values[Math.floor(i / hw)]! += x.values[i]! / hw;
  return { ...x, height: 1, width: 1, values };
}

function linear(net: Net, name: string, x: Planes): Planes & { values: Float64Array } {
  const bias = numbers(net, `${name}.bias`);
  const y = referenceConvolution(x, numbers(net, `${name}.weight`), bias.length, 1, 1, 0);
  return { ...y, values: y.values.map((value, i) => value + bias[i % bias.length]!) };
}

function relu(x: Planes): Planes {
  return mapped(x, (value) => Math.max(value, 0));
}

function mapped(x: Planes, change: (value: number, i: number) => number): Planes {
  return { ...x, values: new Float64Array(x.values).map(change) };
}

function numbers({ tensors, prefix }: Net, name: string): Float32Array {
  return tensors[prefix + name]!.data as Float32Array;
}

function has({ tensors, prefix }: Net, name: string): boolean {
  return `${prefix}${name}.weight` in tensors;
}
