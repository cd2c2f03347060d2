import { readFileSync } from 'node:fs';
import type { SparseMatrix } from 'espalier';
import { learnSvmlight, parseSvmlight, type SvmlightOptions } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../support/random.js';
import { refuses } from '../../support/refuses.js';

interface Golden {
  readonly text: string;
  readonly rows: number;
  readonly columns: number;
  readonly labels: number[];
  readonly start: number[];
  readonly index: number[];
  readonly value: number[];
}

const golden: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../../../../test/golden/svmlight.json', import.meta.url), 'utf8'),
);

for (const [name, { text, rows, columns, labels, start, index, value }] of Object.entries(golden)) {
  test(`as scikit-learn reads it: ${name}`, () => {
    const { data, taken } = learnSvmlight(text);
    assert.is(data.columns, columns);
    assert.equal(data.features, {
      kind: 'sparse',
      rows,
      columns,
      start: Int32Array.from(start),
      index: Int32Array.from(index),
      value: Float32Array.from(value),
    });
    assert.equal(labelsOf(text), labels);
    assert.is(taken.zeroBased, name === 'from 0');
  });
}

/** As numbers, by whatever the dataset has. */
function labelsOf(text: string, options?: SvmlightOptions): number[] {
  const targets = parseSvmlight(text, options).targets!;
  const names = targets.kind === 'classes' ? targets.names : undefined;
  return Array.from(targets.values, (value) => (names ? Number(names[value]) : value));
}

test('signed labels are two classes, named; fractions are values; many whole ones with gaps are values, with a word', () => {
  assert.equal(parseSvmlight('+1 1:1\n-1 2:1\n').targets, {
    kind: 'classes',
    values: Int32Array.of(1, 0),
    classes: 2,
    names: ['-1', '+1'],
  });
  for (const one of ['+1 1:1\n', '-1 1:1\n']) {
    const { targets } = parseSvmlight(one);
    assert.equal(targets?.names, ['-1', '+1']);
  }
  assert.equal(parseSvmlight('0.5 1:1\n-3 2:1\n').targets, {
    kind: 'values',
    values: Float64Array.of(0.5, -3),
    outputs: 1,
  });
  const lines = (labels: number[]) => labels.map((label) => `${label} 1:1`).join('\n');
  const years = Array.from({ length: 40 }, (_, i) => 1922 + i);
  const taken = learnSvmlight(lines(years));
  assert.is(taken.data.targets!.kind, 'values');
  assert.match(taken.warnings[0]!, /^labels: 40 different whole numbers from 1922 to 1961 were taken for values/);
  assert.is(parseSvmlight(lines(years), { targets: 'classes', classes: 2000 }).targets!.kind, 'classes');
  const plain = learnSvmlight(lines(Array.from({ length: 40 }, (_, i) => i)));
  assert.is(plain.data.targets!.kind, 'classes');
  assert.equal(plain.warnings, []);
  assert.is(parseSvmlight('1 1:1\n0 1:1', { targets: 'values' }).targets!.kind, 'values');
});

test('a further file is read by what was taken of the training file', () => {
  const train = learnSvmlight('+1 1:1 3:1\n-1 2:1\n');
  const { columns, targets } = train.data;
  const further = { columns, zeroBased: train.taken.zeroBased!, classNames: targets!.names! };
  const data = parseSvmlight('1 2:5\n1 1:2\n', further);
  assert.is(data.columns, 3);
  assert.equal(data.targets!.values, Int32Array.of(1, 1));
  assert.equal((data.features as SparseMatrix).index, Int32Array.of(1, 0));
  refuses(() => parseSvmlight('1 2:5\n-1 0:1\n', further), RangeError, /^line 2: expected indices that count from 1, /);
  refuses(
    () => parseSvmlight('1 4:5\n', further),
    RangeError,
    /^line 1: expected an index below 4 for 3 columns, got 4$/,
  );
  refuses(() => parseSvmlight('3 1:5\n', further), RangeError, /^line 1: expected a label among "-1", "\+1", got 3$/);
  refuses(
    () => parseSvmlight('1 0:1\n1 3:1\n0 1:1', { columns: 3 }),
    RangeError,
    /^line 2: expected an index below 3, /,
  );
  assert.is(parseSvmlight('1 0:1\n0 2:1', { zeroBased: true }).columns, 3);
  assert.is(parseSvmlight('1 1:1\n0 2:1', { zeroBased: true }).columns, 3);
});

test('order, blanks, tabs, comments, empty lines, signs, CRLF and a byte-order mark change nothing', () => {
  const random = new Random(5);
  const rows = Array.from({ length: 200 }, (_, r) => {
    const entries = Array.from(
      { length: random.below(8) },
      (_, i) => `${1 + i * 3 + random.below(3)}:${(random.below(2000) - 1000) / 64}`,
    );
    return { label: r % 3, entries };
  });
  const plain = rows.map(({ label, entries }) => [label, ...entries].join(' ')).join('\n');
  const odd = rows
    .map(({ label, entries }) => {
      const shuffled = entries.map((entry) => ({ entry, key: random.below(1e6) })).sort((a, b) => a.key - b.key);
      const gap = () => [' ', '\t', '  ', ' \t '][random.below(4)]!;
      const items = shuffled
        .map(({ entry }) => gap() + entry.replace(/:(?=\d)/, random.below(2) ? ':+' : ':'))
        .join('');
      const after = ['', ' ', ' # 5:5 qid:3', '#', '\n\n', '\n # only this'][random.below(6)]!;
      return `${gap()}${label}${random.below(2) ? '.0' : ''}${items}${after}\r\n`;
    })
    .join('');
  assert.equal(parseSvmlight(`\ufeff# head: 1:1\n${odd}\n \n`), parseSvmlight(plain));
});

test('numbers of every length are as Number reads them', () => {
  const random = new Random(6);
  const digits = (most: number) => Array.from({ length: random.below(most) }, () => random.below(10)).join('');
  const numbers = Array.from({ length: 5000 }, () => {
    const exponent = random.below(3) === 0 ? `e${random.below(30) - 20}` : '';
    return `${['', '-', '+'][random.below(3)]}${digits(10)}${1 + random.below(9)}.${digits(12)}${exponent}`;
  });
  const text = numbers.map((number) => `${number} 1:${number}`).join('\n');
  const { features, targets } = parseSvmlight(text, { targets: 'values' });
  assert.equal(targets!.values, Float64Array.from(numbers, Number));
  assert.equal((features as SparseMatrix).value, Float32Array.from(numbers, Number));
});

test('refused, with the line', () => {
  const refused = (text: string, message: RegExp, options?: SvmlightOptions) =>
    refuses(() => parseSvmlight(text, options), RangeError, message);
  refused('', /^text: expected at least one row, got none$/);
  refused('# nothing\n\n# more\n', /^text: expected at least one row, got only comments$/);
  refused('1 1:1\n\n# a\n0 2:1 2:3', /^line 4: expected every index once, got 2 twice$/);
  refused('0 2:1 1:1 2:3', /^line 1: expected every index once, got 2 twice$/);
  refused('1:1 2:1', /^line 1: expected a label that is a number, got "1:1"$/);
  refused('1,3 2:1', /^line 1: expected a label that is a number, got "1,3"; rows of several labels are tasks, /);
  refused('yes 2:1', /^line 1: expected a label that is a number, got "yes"$/);
  refused('1 -2:1', /^line 1: expected index:value with an index that is an integer from 0, got "-2:1"$/);
  refused('1 2', /got "2"$/);
  refused('1 2:', /number for a value, got "2:"$/);
  refused('1 2: 3', /number for a value, got "2:"$/);
  refused('1 2:nan', /got "2:nan"$/);
  refused('1 2:1e39', /a value within a 32-bit float, got 1e39$/);
  refused('1 2:1,3:1', /got "2:1,3:1"$/);
  refused('1 99999999999:1', /an index below 1048577 in so short a text, or the option columns/);
  refused('1 1:1', /^classNames: /, { classNames: ['a', 'b'] });
  refused('1 1:1', /^classNames: /, { classNames: ['1', '1.0'] });
  refused('-2 1:1', /^labels: expected at least 2 different ones, got only -2$/);
  refuses(() => parseSvmlight(1 as never), TypeError, /^text: expected a string, got 1$/);
});

test('queries are read past, with a word', () => {
  const { data, warnings } = learnSvmlight('2 qid:1 1:0.5\n1 qid:1 2:1.5\n');
  assert.is(data.columns, 2);
  assert.equal(warnings, ['qid: queries are not used; those of 2 rows were read past']);
});

test.run();
