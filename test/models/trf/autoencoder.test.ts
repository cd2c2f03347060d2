import { readFileSync } from 'node:fs';
import { createEngine, type Dataset, type Engine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inputBatch, loadBatch } from '#dist/layers/batch.js';
import { Linear } from '#dist/layers/linear.js';
import { type Autoencoder, type Denoising, TileAutoencoder } from '#dist/models/trf/autoencoder.js';
import { renumbered } from '#dist/models/trf/pretraining.js';
import { RowAutoencoder } from '#dist/models/trf/row-autoencoder.js';
import type { Address } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { close } from '../../support/allclose.js';
import { connectionsOf, type GoldenLayer, type GoldenValues } from '../../support/known-net.js';
import { Random } from '../../support/random.js';
import { densify, sparseOf } from '../../support/structure.js';

interface Case {
  name: string;
  layer: GoldenLayer;
  initial: GoldenValues;
  visible: number[];
  rows: number[][];
  loss: number;
  gradients: GoldenValues;
  visibleGradient: number[];
}

const cases: Case[] = JSON.parse(readFileSync('test/golden/trajectories.json', 'utf8')).autoencoders;
const clean: Denoising = { maskingNoise: 0, dropout: 0 };

/** Where an autoencoder keeps its numbers, as offsets in floats into its block. */
interface Layout {
  coder: Autoencoder;
  sparse: number[];
  /** [unit * inputs + input] */
  dense: number[];
  bias: number[];
  visible: number[];
}

const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
const upTo = (n: number, step: number) => Math.ceil(n / step) * step;

function tileCoder(engine: Engine, layer: GoldenLayer, data: Dataset, options: Denoising): Layout {
  const { inputs, fields, dense } = layer;
  const units = fields.length + dense;
  const linear = new Linear(engine, engine.scope(), {
    inputs,
    connections: connectionsOf(layer),
    dense,
    input: 'tiles',
  });
  const batch = inputBatch(engine, engine.scope(), data.features, data.rows);
  const source = async (rows: Int32Array, pace: Pace) => {
    await loadBatch(batch, data.features, rows, false, pace);
    return (batch as { at: Address }).at;
  };
  const coder = new TileAutoencoder(engine, linear, source, options, 0, data.rows);
  const offset = (name: string) => linear.segments.find((segment) => segment.name === name)?.offset ?? 0;
  return {
    coder,
    sparse: range(offset('sparse.weight'), fields.flat().length),
    dense: range(offset('dense.weight'), inputs * dense),
    bias: range(offset('bias'), units),
    visible: range(linear.parameterLength, inputs),
  };
}

/** `rank` is a permutation of the inputs by which the row autoencoder renumbers them inside. */
async function rowCoder(
  engine: Engine,
  layer: GoldenLayer,
  data: Dataset,
  options: Denoising,
  rank: Int32Array,
): Promise<Layout> {
  const { inputs, fields, dense } = layer;
  const shape = { inputs, connections: connectionsOf(layer), dense, input: 'rows' } as const;
  const { features } = data;
  if (features.kind !== 'sparse') throw new TypeError('expected sparse rows');
  const [own, source] = await renumbered(shape, { features, below: [] }, rank, new Pace());
  const coder = new RowAutoencoder(engine, own, source.features as typeof features, rank, options, 0, data.rows);
  // Sparse weights, biases, the visible bias, then the dense weights in strips [input / 32][unit][32].
  const weights = fields.flat().length;
  const bias = upTo(weights, 16);
  const visible = bias + upTo(fields.length + dense, 16);
  const strips = visible + upTo(inputs, 32);
  return {
    coder,
    sparse: range(0, weights),
    dense: range(0, dense).flatMap((u) =>
      range(0, inputs).map((f) => strips + Math.floor(rank[f]! / 32) * dense * 32 + u * 32 + (rank[f]! % 32)),
    ),
    bias: range(bias, fields.length + dense),
    visible: range(0, inputs).map((f) => visible + rank[f]!),
  };
}

/** Both kinds over the same rows, the row one with its inputs in order and out of it. */
async function coders(golden: Case, options: Denoising): Promise<[string, Engine, Layout][]> {
  const engine = await createEngine();
  const sparse = sparseOf(golden.rows);
  const { inputs } = golden.layer;
  return [
    ['tiles', engine, tileCoder(engine, golden.layer, densify(sparse), options)],
    ['rows', engine, await rowCoder(engine, golden.layer, sparse, options, Int32Array.from(range(0, inputs)))],
    [
      'rows renumbered',
      engine,
      await rowCoder(engine, golden.layer, sparse, options, Int32Array.from(new Random(1).permutation(inputs))),
    ],
  ];
}

function fill(engine: Engine, { coder, sparse, dense, bias, visible }: Layout, golden: Case): void {
  const block = engine.f32(coder.parameters.at, coder.parameters.length);
  const put = (places: number[], values: number[]) => {
    assert.is(places.length, values.length);
    places.forEach((place, i) => {
      block[place] = values[i]!;
    });
  };
  put(sparse, golden.initial.sparse);
  put(dense, golden.initial.dense.flat());
  put(bias, golden.initial.bias);
  put(visible, golden.visible);
}

for (const golden of cases) {
  const order = Int32Array.from(range(0, golden.rows.length));

  test(`${golden.name}: loss and gradients are PyTorch's to 1e-5, over tiles and over rows, in any order of the rows`, async () => {
    for (const [kind, engine, layout] of await coders(golden, clean)) {
      for (const rows of [order, Int32Array.from(new Random(2).permutation(order.length))]) {
        fill(engine, layout, golden);
        const { coder } = layout;
        const { sum, weight } = await coder.step(rows, 0, 0, new Pace());
        close([sum / weight], [golden.loss], 1e-6, `${kind}, loss`);
        const gradients = engine.f32(coder.gradients, coder.parameters.length);
        const take = (places: number[]) => places.map((place) => gradients[place]!);
        close(take(layout.sparse), golden.gradients.sparse, 1e-5, `${kind}, sparse`);
        close(take(layout.dense), golden.gradients.dense.flat(), 1e-5, `${kind}, dense`);
        close(take(layout.bias), golden.gradients.bias, 1e-5, `${kind}, bias`);
        close(take(layout.visible), golden.visibleGradient, 1e-5, `${kind}, visible bias`);
        const known = new Set([...layout.sparse, ...layout.dense, ...layout.bias, ...layout.visible]);
        assert.ok(
          gradients.every((g, i) => g === 0 || known.has(i) || kind !== 'tiles'),
          'padding has a gradient',
        );
      }
    }
  });

  test(`${golden.name}: the result is what was put in, whatever the numbering inside`, async () => {
    const [tiles, ...rest] = await coders(golden, clean);
    const results: Float32Array[] = [];
    for (const [, engine, layout] of [tiles!, ...rest]) {
      fill(engine, layout, golden);
      results.push(await layout.coder.result(new Pace()));
    }
    const { sparse, dense, bias } = tiles![2];
    for (const result of results) {
      for (const [places, values] of [
        [sparse, golden.initial.sparse],
        [bias, golden.initial.bias],
      ] as const)
        assert.equal(
          places.map((place) => result[place]),
          values.map(Math.fround),
        );
    }
    // [inputs][units] of the row layer against [units][inputs].
    const { inputs, dense: units } = golden.layer;
    for (const result of results.slice(1)) {
      for (let u = 0; u < units; u++) {
        for (let f = 0; f < inputs; f++) {
          assert.is(result[dense[0]! + f * units + u], results[0]![dense[u * inputs + f]!]);
        }
      }
    }
  });

  test(`${golden.name}: with noise and dropout, gradients are the slopes of the loss`, async () => {
    for (const [kind, engine, layout] of await coders(golden, { maskingNoise: 0.4, dropout: 0.3 })) {
      const { coder } = layout;
      const loss = async () => {
        const { sum, weight } = await coder.step(order, 3, 4, new Pace());
        return sum / weight;
      };
      for (const [part, places] of Object.entries({
        sparse: layout.sparse,
        dense: layout.dense,
        bias: layout.bias,
        visible: layout.visible,
      })) {
        if (places.length === 0) continue;
        fill(engine, layout, golden);
        await loss();
        const gradient = places.map((place) => engine.f32(coder.gradients, coder.parameters.length)[place]!);
        const norm = Math.hypot(...gradient);
        assert.ok(norm > 0, `${kind}, ${part}: no gradient`);
        const epsilon = 2e-3;
        const moved: number[] = [];
        for (const sign of [1, -1]) {
          fill(engine, layout, golden);
          const block = engine.f32(coder.parameters.at, coder.parameters.length);
          places.forEach((place, i) => {
            block[place]! += (sign * epsilon * gradient[i]!) / norm;
          });
          moved.push(await loss());
        }
        close([(moved[0]! - moved[1]!) / (2 * epsilon)], [norm], 0.01, `${kind}, ${part}: slope`);
      }
    }
  });

  test(`${golden.name}: noise depends on the step and the seed, and clean steps do not`, async () => {
    for (const [kind, engine, layout] of await coders(golden, { maskingNoise: 0.4, dropout: 0.3 })) {
      fill(engine, layout, golden);
      const sums: number[] = [];
      for (const [seed, step] of [
        [1, 1],
        [1, 1],
        [1, 2],
        [2, 1],
      ] as const)
        sums.push((await layout.coder.step(order, seed, step, new Pace())).sum);
      assert.is(sums[0], sums[1], kind);
      assert.is((await layout.coder.loss(order, 1, 2, new Pace())).sum, sums[2], `${kind}, the loss alone`);
      assert.is(new Set(sums).size, 3, kind);
    }
  });
}

test.run();
