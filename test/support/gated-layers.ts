import type { BackboneLayer, GaterNet, Placement } from 'espalier';
import { plus } from '#dist/runtime/address.js';
import { type Planes, referenceConvolution } from './gated-resnet.js';

// Backbones given layer by layer, by loops in double precision: what test/support/gated-resnet.ts is for ResNets.

/** The tensors of a net's backbone, by their names without `backbone.` */
type Read = (name: string) => Float32Array;

/** [sample][output] with these gates, [sample][gate], every filter run and then multiplied. */
export function referenceLayers(
  net: GaterNet,
  layers: readonly BackboneLayer[],
  images: Planes,
  gates: Float32Array,
  placement: Placement,
): Float64Array {
  const read: Read = (name) => {
    const { offset, shape } = net.network.segments.find((s) => s.name === `backbone.${name}`)!;
    const length = shape.reduce((a, b) => a * b, 1);
    return net.engine.f32(plus(net.network.parameters.at, offset * 4), length);
  };
  const total = gates.length / images.samples;
  let at = 0;
  const gate = (x: Planes, gated: boolean): Planes => {
    if (!gated) return x;
    const first = at;
    at += x.channels;
    return mapped(x, (value, sample, channel) => value * gates[sample * total + first + channel]!);
  };
  let x = images;
  layers.forEach((layer, i) => {
    const name = `layers.${i}`;
    if (layer.type !== 'conv' && layer.type !== 'block') {
      x = pool(x, layer.type, layer.size, layer.stride ?? layer.size, layer.padding ?? 0);
      return;
    }
    const { filters, stride = 1, gated = true } = layer;
    const convolve = (input: Planes, conv: string, norm: string, kernel: number, step: number, padding: number) =>
      normed(referenceConvolution(input, read(`${conv}.weight`), filters, kernel, step, padding), read, norm);
    if (layer.type === 'conv') {
      const { kernel = 3, padding = 'same' } = layer;
      const around = padding === 'same' ? (kernel - 1) / 2 : padding;
      x = gate(relu(convolve(x, `${name}.conv`, `${name}.bn`, kernel, stride, around)), gated);
      return;
    }
    const inner = gate(
      relu(convolve(x, `${name}.conv1`, `${name}.bn1`, 3, stride, 1)),
      gated && placement === 'every-conv',
    );
    const outer = gate(convolve(inner, `${name}.conv2`, `${name}.bn2`, 3, 1, 1), gated);
    const projected = net.network.segments.some((s) => s.name === `backbone.${name}.shortcut.conv.weight`);
    const shortcut = projected ? convolve(x, `${name}.shortcut.conv`, `${name}.shortcut.bn`, 1, stride, 0) : x;
    x = relu({ ...outer, values: Float64Array.from(outer.values, (value, k) => value + shortcut.values[k]!) });
  });
  if (at !== total) throw new Error(`gates: ${total} a sample, expected ${at}`);
  const hw = x.height * x.width;
  const features = new Float64Array(x.samples * x.channels);
  for (let i = 0; i < x.values.length; i++) features[Math.floor(i / hw)]! += x.values[i]! / hw;
  const [weight, bias] = [read('fc.weight'), read('fc.bias')];
  return Float64Array.from({ length: x.samples * bias.length }, (_, i) => {
    const [sample, k] = [Math.floor(i / bias.length), i % bias.length];
    let sum = bias[k]!;
    for (let c = 0; c < x.channels; c++) sum += weight[k * x.channels + c]! * features[sample * x.channels + c]!;
    return sum;
  });
}

function mapped(x: Planes, change: (value: number, sample: number, channel: number) => number): Planes {
  const hw = x.height * x.width;
  const values = Float64Array.from(x.values, (value, i) => {
    const plane = Math.floor(i / hw);
    return change(value, Math.floor(plane / x.channels), plane % x.channels);
  });
  return { ...x, values };
}

const relu = (x: Planes) => mapped(x, (value) => Math.max(value, 0));

function normed(x: Planes, read: Read, name: string): Planes {
  const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    read(`${name}.${part}`),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  return mapped(x, (value, _, c) => ((value - mean[c]!) / Math.sqrt(variance[c]! + 1e-5)) * weight[c]! + bias[c]!);
}

/** As PyTorch: the largest of what is inside; the mean counts the padding as zeros. */
function pool(x: Planes, kind: 'max-pool' | 'average-pool', size: number, stride: number, padding: number): Planes {
  const height = Math.floor((x.height + 2 * padding - size) / stride) + 1;
  const width = Math.floor((x.width + 2 * padding - size) / stride) + 1;
  const values = new Float64Array(x.samples * x.channels * height * width);
  for (let i = 0; i < values.length; i++) {
    const plane = Math.floor(i / (height * width));
    const [top, left] = [Math.floor(i / width) % height, i % width].map((at) => at * stride - padding) as [
      number,
      number,
    ];
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let r = Math.max(0, top); r < Math.min(x.height, top + size); r++) {
      for (let c = Math.max(0, left); c < Math.min(x.width, left + size); c++) {
        const value = x.values[(plane * x.height + r) * x.width + c]!;
        largest = Math.max(largest, value);
        sum += value;
      }
    }
    values[i] = kind === 'max-pool' ? largest : sum / size ** 2;
  }
  return { ...x, height, width, values };
}
