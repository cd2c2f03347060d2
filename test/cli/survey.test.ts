// espalier survey of parts: merged, the parts have the states of the whole file.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { TextVectorizer } from 'espalier/text';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadToLearn } from '#dist/cli/read/data.js';
import { openPart } from '#dist/cli/read/part.js';
import { partLike } from '#dist/cli/read/part-like.js';
import { openTextPart } from '#dist/cli/read/part-texts.js';
import { cutSurvey } from '#dist/counts/survey/cut.js';
import { loadSurvey } from '#dist/counts/survey/file.js';
import { mergeSurveys } from '#dist/counts/survey/merge.js';
import type { Batch } from '#dist/data/batch.js';
import { filledTable } from '#dist/data/tables/filled.js';
import { espalier, Scratch } from '../support/cli.js';
import { Random } from '../support/random.js';
import { roundedFills, split, statesOf, wholeStates } from '../support/surveys.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const random = new Random(42);

/** Surveys each part, merges, and reads each by what was found. */
async function surveyed(parts: readonly string[], flags: readonly string[]) {
  const surveys = [];
  for (const [i, part] of parts.entries()) {
    const out = scratch.path(`${i}.survey`);
    const { code, stderr, stdout } = await espalier(['survey', part, '-o', out, '--json', ...flags]);
    assert.is(code, 0, stderr);
    assert.equal(JSON.parse(stdout).files, [out]);
    surveys.push(loadSurvey(readFileSync(out)));
  }
  return mergeSurveys(surveys.reverse());
}

async function batchesOf(parts: readonly string[], survey: ReturnType<typeof mergeSurveys>): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (const path of parts) {
    const part = await openPart(path, { ...partLike(survey), batch: 700 });
    for await (const batch of part.batches()) batches.push(batch);
  }
  return batches;
}

/** Files of the lines, the first lines in each or in the first alone. */
function partsOf(lines: readonly string[], ending: string, header: (i: number) => string): string[] {
  const at = split(random, lines.length, 4);
  return at
    .slice(1)
    .map((to, i) => scratch.file(`part-${i}${ending}`, `${header(i)}${lines.slice(at[i], to).join('\n')}\n`));
}

test('a CSV of which one part alone has the header', async () => {
  const header = 'age;income;"home; or not";joined;zip;class\n';
  const lines = Array.from({ length: 220 }, (_, r) =>
    [
      random.below(70),
      random.below(5) === 0 ? 'NA' : `${random.below(3000)},${random.below(90) + 10}`,
      random.below(3) === 0 ? '"yes; ""mostly"""' : 'no',
      `${1 + random.below(28)}.0${1 + random.below(9)}.2021`,
      `0${1000 + random.below(4)}`,
      'abc'[r % 3],
    ].join(';'),
  );
  const whole = scratch.file('whole.csv', `${header}${lines.join('\n')}\n`);
  const flags = ['--missing', 'state', '--target', 'class'];
  const { data, table, csv } = await loadToLearn(whole, { missing: 'state', target: 'class' }, false);
  assert.ok(data.rows === 220 && table && csv);
  const filled = filledTable(table, csv.columns);
  for (const each of [true, false]) {
    const parts = partsOf(lines, '.csv', (i) => (each || i === 0 ? header : ''));
    const survey = await surveyed(parts, [...flags, ...(each ? [] : ['--delimiter', 'semicolon'])]);
    for (const options of [{}, { bins: 3 }]) {
      const cut = await cutSurvey(survey, options);
      assert.equal(roundedFills(cut.schema!), roundedFills(csv));
      const expected = await wholeStates(filled, options);
      const batches = await batchesOf(parts, survey);
      assert.ok(batches.length > parts.length);
      assert.equal(statesOf(cut, batches), expected.all);
      assert.equal(cut.variables.states, expected.states);
      assert.equal(
        batches.flatMap((batch) => cut.labels(batch) ?? []),
        lines.map((line) => line.at(-1)),
      );
    }
  }
});

test('sparse text and svmlight, of which no part tells all', async () => {
  const rows = Array.from({ length: 150 }, (_, r) =>
    [...new Set(Array.from({ length: 1 + random.below(8) }, () => random.below(r < 100 ? 12 : 20)))]
      .sort((a, b) => a - b)
      .map((c) => [c, random.below(3) ? 1 : random.below(5) - 2] as const),
  );
  for (const [ending, base] of [
    ['.txt', 0],
    ['.svm', 0],
    ['.svm', 1],
  ] as const) {
    const lines = rows.map((row, r) => {
      const items = row.map(([c, x]) => `${c + base}:${x}`);
      return ending === '.txt' ? [r % 2, ...items].join(',') : `${r % 2 ? '+1' : '-1'} ${items.join(' ')}`;
    });
    const { data } = await loadToLearn(scratch.file(`whole${ending}`, lines.join('\n')), {}, false);
    const parts = partsOf(lines, ending, () => '');
    const survey = await surveyed(parts, []);
    const batches = await batchesOf(parts, survey);
    for (const options of [{}, { threshold: 'mean' }, { threshold: -1.5 }, { bins: 3 }] as const) {
      const cut = await cutSurvey(survey, options);
      assert.is(cut.variables.variables, data.columns);
      assert.equal(
        statesOf(cut, batches),
        (await wholeStates(data, options)).all,
        `${ending} ${base} ${JSON.stringify(options)}`,
      );
    }
  }
});

test('texts of folders', async () => {
  const words = ['stone', 'river', 'garden', 'light', 'walking', 'house', 'the', 'of'];
  const texts = Array.from({ length: 40 }, () =>
    Array.from({ length: 9 }, () => words[random.below(words.length)]).join(' '),
  );
  const folders = [0, 1, 2].map((i) => scratch.path(`texts-${i}`));
  for (const folder of folders) mkdirSync(folder);
  texts.forEach((text, i) => {
    scratch.file(`texts-${Math.min(2, Math.floor(i / 15))}/${String(i).padStart(3, '0')}.txt`, text);
  });
  const survey = await surveyed(folders, ['--language', 'en', '--max-features', '4']);
  const cut = await cutSurvey(survey);
  const { vectorizer, data } = await TextVectorizer.learnTransform(texts, { language: 'en', maxFeatures: 4 });
  assert.equal(cut.vectorizer, vectorizer.toJSON());
  const batches: Batch[] = [];
  for (const folder of folders)
    for await (const batch of (await openTextPart(folder, {}, 100)).batches()) batches.push(batch);
  assert.equal(statesOf(cut, batches), (await wholeStates(data, {})).all);
});

test('what was understood is told; what cannot be surveyed is refused, and nothing is written', async () => {
  const path = scratch.file('small.csv', 'a,b\n1,x\n2,y\n3,x\n');
  const out = scratch.path('small.survey');
  const told = await espalier(['survey', path, '--out', out]);
  assert.is(told.code, 0);
  assert.match(told.stderr, /read .*small\.csv: CSV, delimiter ",", header yes/);
  assert.match(told.stdout, /small\.csv: 3 rows, 2 columns, in .*\nWrote .*small\.survey\n/);
  const none = scratch.path('none.survey');
  for (const [args, pattern] of [
    [['survey', path], /--out <file>' not specified/],
    [['survey', scratch.path('absent.csv'), '-o', none], /absent\.csv: no such file or directory/],
    [['survey', path, '-o', none, '--columns', '3'], /--columns: is for sparse text and svmlight, but .* is CSV/],
    [['survey', path, '-o', none, '--language', 'en'], /--language: is about texts; expected --text/],
    [
      ['survey', scratch.file('notes.txt', 'a note on this\nanother note of that\n'), '-o', none, '--text'],
      /language: expected the language of all parts, or none, got 'auto'/,
    ],
    [['survey', path, '-o', path], /is what PART reads/],
    [
      ['survey', scratch.file('ragged.csv', 'a,b\n1,x\n2\n3,x\n4,y\n'), '-o', none],
      /ragged\.csv: line 3: expected 2 cells, got 1/,
    ],
    [
      ['survey', scratch.file('bare.csv', '1,2\n3,4\n'), '-o', none, '--categorical', 'zip'],
      /has no header that names it/,
    ],
  ] as const) {
    const { code, stderr } = await espalier([...args]);
    assert.is(code, 2, stderr);
    assert.match(stderr, pattern);
  }
  assert.not(existsSync(none));
  const piped = await espalier(['survey', '-', '-o', out], { input: readFileSync(path) });
  assert.is(piped.code, 0, piped.stderr);
  assert.equal(loadSurvey(readFileSync(out)).parts[0]!.name, 'standard input');
});

test.run();
