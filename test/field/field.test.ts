// Inputs that people bring, as the command reads them. Right values come from NumPy, scikit-learn 1.2.1, networkx or by hand: README.md.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, Scratch } from '../support/cli.js';
import { Random } from '../support/random.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const field = (name: string) => `test/field/${name}`;

interface TreeAnswer {
  rows: number;
  variables: number;
  edges: number;
  totalMutualInformation: number;
  strongest: { a: number; b: number; names?: string[]; information: number }[];
  taken: {
    rows: number;
    delimiter?: string;
    decimal?: string;
    header?: boolean;
    leftOut?: { name: string; why: string }[];
  };
  warnings: string[];
}

const tree = (name: string, ...more: string[]) => answers<TreeAnswer>(['tree', field(name), ...more]);

function near(found: number, right: number, tolerance: number, what = 'value'): void {
  assert.ok(Math.abs(found - right) <= tolerance, `${what}: expected ${right} within ${tolerance}, got ${found}`);
}

/** Trains with default options beside the given, and tells of the test file. */
function train(data: string, ...more: string[]) {
  return answers<{
    testAccuracy?: number;
    testRmse?: number;
    meanOnlyRmse?: number;
    r2?: number;
    confusion?: number[][];
    recall?: (number | null)[];
    testMeanAuc?: number | null;
    testAuc?: (number | null)[];
    taken: TreeAnswer['taken'];
  }>(['train', '--data', data, ...more]);
}

test('house prices: the mean alone is told, and nets come near least squares', async () => {
  for (const method of ['dense', 'trf', 'tse']) {
    const file = field('01-prices.csv');
    const { testRmse, meanOnlyRmse, r2 } = await train(file, '--test', file, '--method', method);
    near(meanOnlyRmse!, 230_919, 5000, 'the mean alone');
    assert.ok(testRmse! <= 1.15 * 20_609, `${method}: RMSE ${testRmse}`);
    assert.ok(r2! > 0.98, `${method}: R² ${r2}`);
  }
});

test('numbers of 17,000 that differ by a few', async () => {
  const file = field('01-small-scale.csv');
  const { testRmse, meanOnlyRmse } = await train(file, '--test', file, '--method', 'dense');
  near(meanOnlyRmse!, 254.9, 10, 'the mean alone');
  assert.ok(testRmse! < 100, `RMSE ${testRmse}`);
});

test('decimal commas are numbers', async () => {
  const few = await tree('02-decimal-comma.csv', '--ignore', 'Datum,Klasse');
  assert.is(few.rows, 6);
  assert.is(few.variables, 2);
  // Warm is dry in all six rows.
  near(few.totalMutualInformation, Math.LN2, 1e-9);
  const many = await tree('02-train.csv', '--ignore', 'klasse');
  near(many.totalMutualInformation, 0.303403, 1e-6);
  for (const { taken } of [few, many]) assert.equal([taken.delimiter, taken.decimal], [';', ',']);
});

test('a net learns the same from decimal commas as from points, and predicts new numbers', async () => {
  const [commas, points] = ['02-train.csv', '02-train-points.csv'].map(field) as [string, string];
  const out = scratch.path('decimal.safetensors');
  const left = await train(commas, '--test', field('02-new.csv'), '--out', out);
  assert.ok(left.testAccuracy! > 0.95, `accuracy ${left.testAccuracy}`);
  const right = scratch.path('points.safetensors');
  await train(points, '--out', right);
  const told = async (net: string, file: string) => (await espalier(['predict', net, file])).stdout;
  assert.is(await told(right, points), await told(out, commas), 'the same net');
  const { code, stdout } = await espalier(['predict', out, field('02-new.csv')]);
  assert.is(code, 0);
  assert.is(stdout.trim().split('\n').length, readFileSync(field('02-new.csv'), 'utf8').trim().split('\n').length);
});

test('row names under an empty header cell are left out, with a word', async () => {
  const index = await tree('03-index.csv', '--ignore', 'label');
  assert.is(index.rows, 10);
  assert.is(index.variables, 2);
  near(index.totalMutualInformation, Math.LN2, 1e-9);
  assert.is(index.taken.leftOut!.length, 2);
  const names = await tree('03-row-names.csv');
  assert.is(names.variables, 2);
  assert.is(names.rows, readFileSync(field('03-row-names.csv'), 'utf8').trim().split('\n').length - 1);
});

test('a header of years is a header, and it is said', async () => {
  const found = await tree('04-years.csv');
  assert.is(found.rows, 4);
  near(found.totalMutualInformation, Math.LN2, 1e-6);
  assert.is(found.taken.header, true);
  assert.ok(
    found.warnings.some((warning) => /header/.test(warning)),
    found.warnings.join(),
  );
  const data = await tree('04-years.csv', '--header', 'no');
  assert.is(data.rows, 5);
  near(data.totalMutualInformation, 1.0008, 1e-4);
});

test('times in microseconds keep their last digits', async () => {
  near((await tree('05-timestamps.csv')).totalMutualInformation, Math.LN2, 1e-9);
});

test('the unit of a column changes no tree, also where cells are missing', async () => {
  const totals = [];
  for (const name of ['06-x1.csv', '06-x3.csv', '06-x10.csv'])
    totals.push((await tree(name, '--missing', 'mean')).totalMutualInformation);
  assert.is(totals[1], totals[0]);
  assert.is(totals[2], totals[0]);
  near(totals[0]!, 0.0406, 5e-5);
});

test('a column of categories is one variable', async () => {
  const right = { 'shoes-weather': 0.342826, 'mood-shoes': 0.297598, 'coin-weather': 0.003688 };
  for (const [name, more] of [
    ['07-categories.csv', []],
    ['07-codes.csv', ['--categorical', 'weather,shoes,mood,coin']],
    ['07-codes.csv', []],
  ] as const) {
    const { variables, edges, strongest } = await tree(name, ...more);
    assert.is(variables, 4, name);
    assert.is(edges, 3, name);
    const found = Object.fromEntries(strongest.map((edge) => [[...edge.names!].sort().join('-'), edge.information]));
    for (const [pair, nats] of Object.entries(right)) near(found[pair]!, nats, 1e-6, `${name} ${pair}`);
  }
});

test('svmlight is read, by its content too', async () => {
  for (const name of ['09-a.libsvm', '09-b.svm']) {
    const { rows, variables } = await tree(name);
    assert.is(rows, 3, name);
    assert.is(variables, 3, name);
  }
  const plain = scratch.file('plain.txt', readFileSync(field('09-a.libsvm')));
  assert.is((await answers<TreeAnswer>(['tree', plain])).variables, 3);
});

test('an area under a curve that there is not is null', async () => {
  const few = ['--method', 'dense', '--epochs', '60', '--batch-size', '2', '--holdout', '0'];
  const both = await train(field('11-train.txt'), '--test', field('11-train.txt'), ...few);
  near(both.testMeanAuc!, 1, 1e-9);
  assert.equal(both.testAuc, [1, null]);
  const none = await train(field('11-train.txt'), '--test', field('11-one-sided.txt'), ...few);
  assert.is(none.testMeanAuc, null);
});

test('a rare class: recall is told by class, and weights raise it', async () => {
  const file = field('12-imbalance.csv');
  const weighted = await train(file, '--test', file, '--method', 'dense', '--class-weights', 'balanced');
  const { confusion, recall } = weighted;
  const [no, yes] = confusion as [number[], number[]];
  assert.is(no[0]! + no[1]!, 1146);
  assert.is(yes[0]! + yes[1]!, 54);
  near(recall![1]!, yes[1]! / 54, 1e-12);
  assert.ok(recall![1]! >= 0.7, `recall ${recall![1]}`);
});

test('blanks and pipes part columns', async () => {
  const columns = async (name: string) =>
    (await answers<{ columns: { name: string; kind: string }[] }>(['inspect', field(name)])).columns;
  assert.equal(
    (await columns('21-blanks.csv')).map(({ name }) => name),
    ['id', 'y', 'x0', 'x1'],
  );
  assert.equal(
    (await columns('21-pipes.csv')).map(({ name }) => name),
    ['id', 'y', 'x0'],
  );
});

test('independent columns have no information', async () => {
  const lines = Array.from({ length: 12 * 13 }, (_, i) => `a${i % 12},b${Math.floor(i / 12)}`);
  const file = scratch.file('factorial.csv', `first,second\n${lines.join('\n')}\n`);
  assert.is((await answers<TreeAnswer>(['tree', file])).totalMutualInformation, 0);
});

/** 891 passengers, made up: the sort of table that everyone tries first. */
function passengers(): string {
  const random = new Random(1912);
  const lines = Array.from({ length: 891 }, (_, r) => {
    const woman = random.chance(0.35);
    const cabinClass = random.chance(0.25) ? 1 : random.chance(0.3) ? 2 : 3;
    const survived = random.chance((woman ? 0.72 : 0.18) + 0.12 * (2 - cabinClass));
    const age = random.chance(0.2) ? '' : (1 + 70 * random.next()).toFixed(0);
    const fare = ((4 - cabinClass) ** 3 * (2 + 17 * random.next() ** 3)).toFixed(4);
    const cabin = cabinClass === 1 && random.chance(0.8) ? `C${random.below(148)}` : '';
    const port = r % 400 === 61 ? '' : ['S', 'C', 'Q'][random.below(3)];
    const name = `"Passenger${r}, M${woman ? 'rs' : 'r'}. ${String.fromCharCode(65 + (r % 26))}"`;
    const ticket = `A/${random.below(400)} ${1000 + r}`;
    return [
      r + 1,
      Number(survived),
      cabinClass,
      name,
      woman ? 'female' : 'male',
      age,
      random.below(3),
      random.below(3),
      ticket,
      fare,
      cabin,
      port,
    ].join(',');
  });
  return `PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked\n${lines.join('\n')}\n`;
}

test('a passenger list: all its troubles in one message, whose command goes on and learns', async () => {
  const file = scratch.file('passengers.csv', passengers());
  const first = await espalier(['train', '--data', file, '--target', 'Survived', '--method', 'dense']);
  assert.is(first.code, 2);
  for (const column of ['Name', 'Ticket', 'Cabin', 'Age']) assert.match(first.stderr, column);
  assert.match(first.stderr, /missing/);
  const command = /espalier (train .*--missing mean.*)/.exec(first.stderr);
  assert.ok(command, first.stderr);
  const args = command![1]!.trim().split(' ');
  assert.match(args[args.indexOf('--ignore') + 1]!, /Name,Ticket/);
  const { confusion, testAccuracy } = await answers<{ confusion: number[][]; testAccuracy: number }>([
    ...args,
    '--test',
    file,
  ]);
  const larger = Math.max(...confusion.map((row) => row.reduce((a, b) => a + b))) / 891;
  assert.ok(testAccuracy > larger + 0.08, `accuracy ${testAccuracy}, the larger class ${larger}`);
});

test.run();
