// What explanations look like, at any scale and with any name.
import type { RowExplanation } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printImportance, printRow } from '#dist/cli/print/explanations.js';

const test = suite('explanations');

const NAME = 'a name that goes\ton and on, longer than anybody will want to read';

/** Lines that are printed. */
function printed(work: () => void): string[] {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = ((part: string) => {
    text += part;
    return true;
  }) as typeof write;
  try {
    work();
  } finally {
    process.stdout.write = write;
  }
  return text.split('\n');
}

/** Of values on this scale: two features, one unit and the bias of 1. */
function explained(scale: number, more: Partial<RowExplanation> = {}): RowExplanation {
  const features = [
    { feature: 0, name: NAME, value: 3, contribution: 2 * scale },
    { feature: 1, name: 'b', value: 'red', contribution: -0.5 * scale },
  ];
  return {
    row: 0,
    output: 0,
    name: 'y',
    prediction: 2.5 * scale,
    against: null,
    scale: 'value',
    total: 2.5 * scale,
    baseline: scale,
    bias: scale,
    units: [{ kind: 'global', layer: 0, unit: 7, activation: 1, contribution: 1.5 * scale, baseline: 0, features }],
    otherUnits: 0,
    features,
    otherFeatures: 0,
    error: 0,
    ...more,
  };
}

const target = { kind: 'values', outputs: 1, names: ['y'] } as const;
const numbers = (lines: readonly string[]) => lines.flatMap((line) => line.match(/^ +([+-][\d.]+) /)?.[1] ?? []);

test('numbers are told in as many places as their scale needs', () => {
  const of = (scale: number) => numbers(printed(() => printRow('row', explained(scale), target, true)));
  assert.equal(of(1), ['+2.000', '-0.500', '+0.000', '+1.500']);
  assert.equal(of(1e-5), ['+0.0000200', '-0.0000050', '+0.0000000', '+0.0000150']);
  assert.equal(of(1e6), ['+2000000', '-500000', '+0', '+1500000']);
});

test('names are cut, so that bars stand below each other', () => {
  const lines = printed(() => printRow('row', explained(1), target, true)).filter((line) => /[█░]/.test(line));
  const [first, second] = lines.map((line) => line.search(/[█░]/));
  assert.is(first, second);
  assert.match(lines[0]!, / {2}a name that goes on and on, longer than… = 3 {2}█{24}$/);
  assert.match(lines[1]!, / {2}b = red +░{6}$/);
});

test('sums of nothing have no line; a net without hidden layers has no units', () => {
  const text = printed(() => printRow('row', explained(1, { units: [] }), target, false)).join('\n');
  assert.not.match(text, /all others|Units/);
  assert.match(text, /\nNo hidden layers: features lead straight to the output\.\n$/);
  const none = printed(() => printRow('row', explained(1, { units: [], otherFeatures: 0.25 }), target, true));
  assert.match(none.join('\n'), / \+0\.250 {2}all others\n/);
  assert.match(none.join('\n'), /they sum to \+2\.500:\n {2}none adds anything\n$/);
});

test('an error that is large says what makes it smaller', () => {
  const lineOf = (error: number) =>
    printed(() => printRow('row', explained(1, { error }), target, true)).find((line) => /integral/.test(line))!;
  assert.match(lineOf(0.014), /\+0\.014 {2}error of the integral$/);
  assert.match(lineOf(-0.5), /-0\.500 {2}error of the integral, which more --steps make smaller$/);
});

test('importance is told in as many places as its scale needs', () => {
  const features = [2.215e-6, 4.956e-7].map((importance, feature) => {
    return { feature, name: feature ? NAME : 'b', rows: 80, importance, deviation: importance / 4 };
  });
  const found = { rows: 80, metric: 'rmse', value: 4e-6, repeats: 5, seed: 0, features, candidates: 9 } as const;
  const lines = printed(() => printImportance('t.csv', { ...found, features }));
  assert.match(lines[1]!, /5 permutations, of the 2 of 9 features on which the loss hangs most:$/);
  assert.match(lines[3]!, /^ {2}0\.00000221 ± 0\.00000055 {2}b +█{24} {2}in 80 rows$/);
  assert.match(
    lines[4]!,
    /^ {2}0\.00000050 ± 0\.00000012 {2}a name that goes on and on, longer than… {2}█{5} +in 80 rows$/,
  );
  assert.is(lines[3]!.indexOf(' in '), lines[4]!.indexOf(' in '));
});

test.run();
