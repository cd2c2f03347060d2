// What a row's prediction rests on, against a net in plain numbers with numeric gradients.
import { Dataset, DenseNet, type RowExplanation, type Targets, TseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../support/allclose.js';
import { type GoldenLayer, type KnownNet, knownData, knownNet } from '../../support/known-net.js';
import { dense, sparse, switches } from '../../support/problems.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sameAtAnyThreads } from '../../support/threads.js';

const INPUTS = 9;
const OUTPUTS = 3;
const WIDTHS = [INPUTS, 6, 5];

/** Two hidden layers, of sparse units and one that sees all, and skip-paths from every level. */
function madeNet(input: KnownNet['input'], kind: Targets['kind']): Required<Pick<KnownNet, 'skips'>> & KnownNet {
  const random = new Random(8);
  const numbers = (n: number) => Array.from({ length: n }, () => Math.fround(2 * random.next() - 1));
  const layers: GoldenLayer[] = [
    {
      inputs: 9,
      fields: [
        [0, 1, 2],
        [2, 3],
        [4, 5, 6, 7],
        [1, 8],
      ],
      dense: 2,
    },
    {
      inputs: 6,
      fields: [
        [0, 1],
        [1, 2, 5],
        [3, 4],
        [0, 3],
      ],
      dense: 1,
    },
    { inputs: 5, fields: [], dense: OUTPUTS },
  ];
  const values = layers.map(({ inputs, fields, dense: all }) => ({
    sparse: numbers(fields.flat().length),
    dense: Array.from({ length: all }, () => numbers(inputs)),
    bias: numbers(fields.length + all),
  }));
  const skips = [0, 1, 2].map((from) => ({
    from,
    units: 2,
    values: {
      weight: Array.from({ length: 2 }, () => numbers(WIDTHS[from]!)),
      bias: numbers(2),
      output: Array.from({ length: OUTPUTS }, () => numbers(2)),
    },
  }));
  return { layers, values, skips, input, target: { kind, outputs: OUTPUTS } };
}

/** Sums of each layer's units, ReLU of all but the last; and of the paths' units. */
function run({ layers, values, skips }: ReturnType<typeof madeNet>, x: readonly number[]) {
  const relu = (v: number) => Math.max(0, v);
  const times = (w: readonly number[], v: readonly number[]) => w.reduce((sum, weight, i) => sum + weight * v[i]!, 0);
  const levels: number[][] = [[...x]];
  layers.forEach(({ fields }, l) => {
    const { sparse: weights, dense: rows, bias } = values[l]!;
    let e = 0;
    const sums = [
      ...fields.map((field) => field.reduce((sum, i) => sum + weights[e++]! * levels[l]![i]!, 0)),
      ...(rows as number[][]).map((row) => times(row, levels[l]!)),
    ].map((sum, u) => sum + bias[u]!);
    levels.push(l === layers.length - 1 ? sums : sums.map(relu));
  });
  const paths = skips.map(({ from, values: { weight, bias } }) =>
    (weight as number[][]).map((row, u) => relu(times(row, levels[from]!) + bias[u]!)),
  );
  const logits = levels
    .at(-1)!
    .map((sum, o) =>
      skips.reduce((all, { values: { output } }, p) => all + times((output as number[][])[o]!, paths[p]!), sum),
    );
  return { logits, last: levels.at(-2)!, paths };
}

/** Integrated gradients of a function by central differences at the midpoints. */
function integrated(
  f: (x: number[]) => number,
  x: readonly number[],
  zero: readonly number[],
  steps: number,
): number[] {
  const h = 1e-6;
  return x.map((to, j) => {
    let sum = 0;
    for (let s = 0; s < steps; s++) {
      const at = x.map((v, i) => zero[i]! + ((s + 0.5) / steps) * (v - zero[i]!));
      const moved = (by: number) => f(at.map((v, i) => (i === j ? v + by : v)));
      sum += (moved(h) - moved(-h)) / (2 * h);
    }
    return ((to - zero[j]!) * sum) / steps;
  });
}

const random = new Random(4);
const rows = Array.from({ length: 6 }, () =>
  Array.from({ length: INPUTS }, () => (random.chance(0.4) ? 0 : Math.fround(2 * random.next() - 1))),
);
const byFeature = (told: RowExplanation['features']) => {
  const all = Array<number>(INPUTS).fill(0);
  for (const { feature, contribution } of told) all[feature] = contribution;
  return all;
};

for (const input of ['rows', 'tiles'] as const) {
  for (const [kind, values] of [
    ['classes', [0, 1, 2, 0, 1, 2]],
    ['tasks', Array(18).fill(1)],
    ['values', Array(18).fill(0.5)],
  ] as const) {
    test(`${kind} of ${input}: units, features, and features through units are those of plain numbers`, async () => {
      const made = madeNet(input, kind);
      const net = await knownNet(made);
      const data = knownData(rows, input, { kind, outputs: OUTPUTS, values: [...values] });
      const { outputs } = await net.predict(data);
      const steps = 300;
      for (const [row, baseline] of [
        [0, 'zero'],
        [3, 'zero'],
        [5, 'mean'],
      ] as const) {
        const zero = rows[0]!.map((_, i) =>
          baseline === 'zero' ? 0 : Math.fround(rows.reduce((sum, r) => sum + r[i]! / rows.length, 0)),
        );
        const told = await net.explainRow(data, { row, baseline, steps, top: 50 });
        const { output } = told;
        const [here, there] = [run(made, rows[row]!), run(made, zero)];
        const probable = kind === 'values' ? 0 : here.logits.indexOf(Math.max(...here.logits));
        assert.is(output, probable);
        assert.is(told.prediction, outputs[row * OUTPUTS + output]);
        assert.is(told.scale, kind === 'values' ? 'value' : 'logit');
        close([told.total, told.baseline], [here.logits[output]!, there.logits[output]!], 1e-5, 'outputs');
        // Units.
        const weightOf = (unit: RowExplanation['units'][number], o: number) =>
          unit.kind === 'skip'
            ? (made.skips[unit.layer]!.values.output as number[][])[o]![unit.unit]!
            : (made.values[2]!.dense as number[][])[o]![unit.unit]!;
        const activation = (unit: RowExplanation['units'][number], of: ReturnType<typeof run>) =>
          unit.kind === 'skip' ? of.paths[unit.layer]![unit.unit]! : of.last[unit.unit]!;
        const wanted = [
          here.last.map((v, u) => [v, there.last[u]!]),
          here.paths.map((p, i) => p.map((v, u) => [v, there.paths[i]![u]!])),
        ];
        const alive = wanted.flat(Infinity as 2).length / 2;
        assert.ok(told.units.length <= alive);
        for (const unit of told.units) {
          const w = weightOf(unit, output);
          close([unit.activation], [activation(unit, here)], 1e-5, 'activation');
          close(
            [unit.contribution, unit.baseline],
            [w * activation(unit, here), w * activation(unit, there)],
            1e-5,
            'unit',
          );
          if (unit.kind !== 'skip') assert.is(unit.kind, unit.unit < 4 ? 'sparse' : 'global');
          const through = integrated((x) => w * activation(unit, run(made, x)), rows[row]!, zero, steps);
          const scale = Math.max(...through.map(Math.abs));
          if (scale > 0) close(byFeature(unit.features), through, 1e-4, `${unit.kind} ${unit.unit}`);
        }
        close([told.bias + told.units.reduce((sum, u) => sum + u.contribution, 0)], [told.total], 1e-5, 'sum of units');
        close([told.otherUnits + 1], [1], 1e-12, 'no others');
        // Features.
        const all = integrated((x) => run(made, x).logits[output]!, rows[row]!, zero, steps);
        close(byFeature(told.features), all, 1e-4, 'features');
        const sum = all.reduce((a, b) => a + b, 0);
        close([told.total - told.baseline - told.error], [sum], 1e-4, 'sum of features');
        // More steps leave less.
        const fine = await net.explainRow(data, { row, baseline, steps: 20_000 });
        assert.ok(Math.abs(fine.error) < 1e-3 * Math.max(1, Math.abs(fine.total - fine.baseline)), `${fine.error}`);
      }
      net.dispose();
    });
  }
}

test('another output, against a second one, and what is not told is summed up', async () => {
  const made = madeNet('rows', 'classes');
  const net = await knownNet(made);
  const data = knownData(rows, 'rows', { kind: 'classes', outputs: 3, values: [0, 1, 2, 0, 1, 2] });
  const [one, two] = await Promise.all([1, 2].map((output) => net.explainRow(data, { row: 2, output, top: 40 })));
  const both = await net.explainRow(data, { row: 2, output: 1, against: 2, top: 40 });
  assert.is(both.against, 2);
  for (const field of ['total', 'baseline', 'bias', 'error'] as const)
    assert.ok(Math.abs(both[field] - (one![field] - two![field])) < 1e-4, field);
  close(
    byFeature(both.features),
    byFeature(one!.features).map((x, f) => x - byFeature(two!.features)[f]!),
    1e-4,
    'features',
  );
  const few = await net.explainRow(data, { row: 2, output: 1, top: 2 });
  assert.equal([few.units.length, few.features.length], [2, 2]);
  assert.equal(few.features, one!.features.slice(0, 2));
  const sum = (list: readonly { contribution: number }[]) => list.reduce((s, { contribution }) => s + contribution, 0);
  close([few.otherUnits, few.otherFeatures], [sum(one!.units.slice(2)), sum(one!.features.slice(2))], 1e-5, 'others');
  await refusesAsync(
    () => net.explainRow(data, { output: 1, against: 1 }),
    RangeError,
    /^against: expected another class/,
  );
  await refusesAsync(() => net.explainRow(data, { row: 6 }), RangeError, /^row: expected one from 0 to 5, got 6/);
  await refusesAsync(() => net.explainRow(data, { output: 3 }), RangeError, /^output: expected an output from 0 to 2/);
  net.dispose();
});

test('values are told in their own unit, categories under the name of their column, as they stand in the row', async () => {
  const draw = new Random(3);
  const records = Array.from({ length: 200 }, () => {
    const soil = ['clay', 'sand', 'loam'][draw.below(3)]!;
    const rain = 500 + 300 * (2 * draw.next() - 1);
    const old = draw.chance(0.5) ? 'yes' : 'no';
    return { soil, rain, old, yield: 1000 + 2 * rain + (soil === 'loam' ? 700 : 0) };
  });
  const data = await Dataset.fromRecords(records, { target: 'yield' });
  const net = await DenseNet.create(data, { hidden: [12], seed: 1 });
  await net.fit(data, { epochs: 60, learningRate: 0.01 });
  const { outputs } = await net.predict(data);
  for (const row of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const told = await net.explainRow(data, { row });
    close([told.total, told.prediction], [outputs[row]!, outputs[row]!], 1e-5, 'value');
    assert.is(told.scale, 'value');
    for (const { name, value } of told.features)
      assert.is(value, (records[row] as Record<string, string | number>)[name], name);
    const rain = told.features.find(({ name }) => name === 'rain')!;
    const mean = records.reduce((sum, r) => sum + r.rain, 0) / 200;
    close([rain.contribution + 1000], [2 * (records[row]!.rain - mean) + 1000], 0.25, 'rain');
    assert.is(told.features.filter(({ name }) => name === 'soil').length, 1);
  }
  net.dispose();
});

test('a net without hidden layers: weight times value', async () => {
  for (const data of [sparse(switches(1, 20)), dense(switches(1, 20))]) {
    const net = await DenseNet.create(data, { hidden: [] });
    const { units, features, total, bias, error, baseline } = await net.explainRow(data, { row: 3, top: 20 });
    assert.equal(units, []);
    assert.is(bias, baseline);
    close([features.reduce((sum, f) => sum + f.contribution, 0) + 1], [total - baseline + 1], 1e-6, 'sum');
    assert.ok(Math.abs(error) < 1e-6);
    await refusesAsync(
      () => net.explain(data, { layers: [0] }),
      RangeError,
      /^layers: expected none, as the net has no hidden layers, got 0$/,
    );
    net.dispose();
  }
});

test('a TseNet with skip-paths: the same bits at any number of threads, and each unit explained', async () => {
  const data = sparse(switches(1, 150));
  await sameAtAnyThreads(async (engine) => {
    const net = await TseNet.grow(data, { engine, skipPaths: { units: 7 } });
    await net.fit(data, { epochs: 3 });
    const told = await net.explainRow(data, { row: 5, top: 200 });
    const hidden = net.layers.length - 1;
    const fed = net.layers[hidden]!.inputs + 7 * (hidden + 1);
    assert.ok(told.units.length <= fed);
    assert.ok(told.units.some(({ kind }) => kind === 'skip'));
    close([told.bias + told.units.reduce((sum, u) => sum + u.contribution, 0)], [told.total], 1e-5, 'units');
    const importance = await net.importance(data, { repeats: 2 });
    net.dispose();
    return [told, importance];
  });
});

test.run();
