// What train and evaluate tell of a net, and what they do not tell because there is no such figure.
import { parseSparseText } from 'espalier/read';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, Scratch, succeeds } from '../support/cli.js';

const test = suite('figures');
const scratch = new Scratch();
test.after(() => scratch.remove());

const FRAUD = 'test/field/12-imbalance.csv';
const dense = ['train', '--method', 'dense'];
const NEVER_YES = ['--class-weights', '1,0'];

interface Told {
  testAccuracy: number;
  testMeanAuc: number | null;
  testAuc: (number | null)[];
  testRmse: number;
  targetNames: string[];
  confusion: number[][];
  precision: (number | null)[];
  recall: number[];
  f1: number[];
  balancedAccuracy: number;
  majorityAccuracy: number;
  largestClass: number;
  meanOnlyRmse: number;
  r2: number | null;
  validationRecall: number[];
}

test('accuracy stands beside the share of the larger class; balanced weights raise the recall of yes', async () => {
  const plain = await answers<Told>([...dense, FRAUD, '--target', 'fraud', '--test', FRAUD]);
  assert.equal(plain.targetNames, ['no', 'yes']);
  assert.equal(
    plain.confusion.map(([no, yes]) => no! + yes!),
    [1146, 54],
  );
  const right = plain.confusion[0]![0]! + plain.confusion[1]![1]!;
  assert.equal([plain.testAccuracy, plain.majorityAccuracy, plain.largestClass], [right / 1200, 0.955, 0]);
  const model = scratch.path('balanced.safetensors');
  const args = [...dense, FRAUD, '--target', 'fraud', '--class-weights', 'balanced', '--out', model];
  const balanced = await answers<Told>([...args, '--test', FRAUD]);
  // Logistic regression with balanced weights finds 0.741 of them.
  assert.ok(balanced.recall[1]! > 0.65, `recall ${balanced.recall}`);
  assert.ok(balanced.recall[1]! > plain.recall[1]! + 0.2, `${balanced.recall} and ${plain.recall}`);
  assert.ok(balanced.balancedAccuracy > 0.68, `balanced accuracy ${balanced.balancedAccuracy}`);
  const evaluated = await answers<Told>(['evaluate', model, FRAUD]);
  for (const name of ['confusion', 'precision', 'recall', 'f1', 'balancedAccuracy', 'largestClass'] as const)
    assert.equal(evaluated[name], balanced[name], name);
});

test('in words: the share of the larger class, a warning, and a table', async () => {
  const args = [...dense, FRAUD, '--target', 'fraud', '--epochs', '3', ...NEVER_YES, '--test', FRAUD];
  const lines = (await succeeds(args)).split('\n');
  assert.is(lines[2], 'Test accuracy 0.9550 (the larger class alone 0.9550), balanced accuracy 0.5000, on 1,200 rows');
  const warning =
    "Warning: all 1,200 rows are predicted to be 'no'; --class-weights of train makes rare classes count more";
  const table = [
    'true \\ predicted     no  yes  precision  recall      F1',
    'no                1,146    0     0.9550  1.0000  0.9770',
    'yes                  54    0          -  0.0000  0.0000',
  ];
  assert.equal(lines.slice(3, 7), [warning, ...table]);
});

test('without test rows the same is told of the validation rows', async () => {
  const args = [...dense, FRAUD, '--target', 'fraud', '--epochs', '3', ...NEVER_YES];
  const found = await answers<Told>(args);
  assert.equal(found.validationRecall, [1, 0]);
  assert.is(found.recall, undefined);
  assert.match(await succeeds(args), /\ntrue \\ predicted +no +yes .*\nno +115 +0 .*\nyes +5 +0 /);
});

test('tasks whose labels are all of one kind have no area under the curve', async () => {
  const model = scratch.path('tasks.safetensors');
  const args = [...dense, 'test/field/11-train.txt', '--holdout', '0', '--epochs', '3', '--out', model];
  const found = await answers<Told>([...args, '--test', 'test/field/11-one-sided.txt']);
  assert.equal([found.testMeanAuc, found.testAuc], [null, [null, null]]);
  assert.match(
    await succeeds(['evaluate', model, 'test/field/11-one-sided.txt']),
    /3 rows, mean AUC not defined: no task has labels of both kinds, loss 0\.\d+\n {2}task0 +labels of one kind only\n/,
  );
  // Rows without any label have no loss either.
  const unlabelled = scratch.file('unlabelled.txt', '? ?,0:1\n? ?,1:1\n');
  const { code, stderr } = await espalier(['evaluate', model, unlabelled]);
  assert.is(code, 2);
  assert.match(stderr, /unlabelled\.txt: data: expected a label of at least one task, got rows that have none/);
  assert.is(parseSparseText('? ?,0:1\n').targets!.kind, 'tasks');
});

test('values: errors beside those of the mean alone, and R²; none of equal targets', async () => {
  const model = scratch.path('values.safetensors');
  const data = scratch.file(
    'line.csv',
    `x,y\n${Array.from({ length: 60 }, (_, i) => `${i / 60},${i / 30}`).join('\n')}\n`,
  );
  const equal = scratch.file('equal.csv', 'x,y\n0.25,0.1\n0.5,0.1\n0.75,0.1\n');
  const args = [...dense, data, '--target', 'y', '--dropout', '0', '--epochs', '200', '--batch-size', '16'];
  const found = await answers<Told>([...args, '--test', data, '--out', model]);
  assert.ok(found.testRmse < 0.2 && found.r2! > 0.9, `${found.testRmse}, ${found.r2}`);
  // Of 0, 1/30 ... 59/30; the mean is that of the rows not held out.
  assert.ok(Math.abs(found.meanOnlyRmse - Math.sqrt((60 ** 2 - 1) / 12) / 30) < 0.02, `${found.meanOnlyRmse}`);
  assert.match(
    await succeeds(['evaluate', model, data]),
    /60 rows, RMSE 0\.\d+ \(the mean alone 0\.57\d*\), R² (0\.9\d{3}|1\.0000), /,
  );
  assert.match(await succeeds(['evaluate', model, equal]), /, R² not defined: all targets are equal, /);
});

test('many classes: those told worst, and the most confused, not the whole matrix', async () => {
  const rows = Array.from({ length: 280 }, (_, i) => `c${i % 14},${(i % 14) / 14},${((i * 7) % 11) / 11}`);
  const data = scratch.file('many.csv', `kind,a,b\n${rows.join('\n')}\n`);
  const args = [...dense, data, '--target', 'kind', '--epochs', '2', '--test', data];
  const text = await succeeds(args);
  assert.match(text, /Classes of the lowest F1, of 14:\n +precision +recall +F1\nc\d+ /);
  assert.match(text, /Most confused:\n {2}c\d+ taken for c\d+: \d+ rows\n/);
  assert.not.match(text, /true \\ predicted/);
});

test('class weights that fit nothing are refused before anything is learned', async () => {
  const { code, stderr } = await espalier([...dense, FRAUD, '--target', 'fraud', '--class-weights', '1,2,3']);
  assert.is(code, 2);
  assert.match(stderr, /12-imbalance\.csv: classWeights: expected 2 numbers, one a class \(no, yes\), got 3/);
});

test.run();
