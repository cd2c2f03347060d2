// Surveys of parts against the whole: the same survey to the byte whatever the split, and the states that the whole is cut into.
import { Dataset, type Table, type TableColumn } from 'espalier';
import { learnCsv } from 'espalier/read';
import { TextVectorizer } from 'espalier/text';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutSurvey } from '#dist/counts/survey/cut.js';
import { loadSurvey, saveSurvey } from '#dist/counts/survey/file.js';
import { Gatherer } from '#dist/counts/survey/gather.js';
import { mergeSurveys } from '#dist/counts/survey/merge.js';
import type { Survey } from '#dist/counts/survey/survey.js';
import { batchOf, surveyData, surveyTexts } from '#dist/counts/survey/survey-data.js';
import type { Batch } from '#dist/data/batch.js';
import { filledTable } from '#dist/data/tables/filled.js';
import { TABLE } from '#dist/data/tables/options.js';
import { sourceOfRaw } from '#dist/data/tables/source.js';
import { Troubles } from '#dist/data/tables/troubles.js';
import { RawParts } from '#dist/data/text/raw-parts.js';
import type { DiscretiseOptions } from '#dist/structure/variables.js';
import { Random } from '../support/random.js';
import { refuses, refusesAsync } from '../support/refuses.js';
import { roundedFills, split, statesOf, wholeStates } from '../support/surveys.js';

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

/** Merged by twos and threes, in any order, through files. */
function mergedAnyhow(random: Random, surveys: readonly Survey[]): Survey {
  let all = shuffled(random, surveys).map((survey) => loadSurvey(saveSurvey(survey)));
  while (all.length > 1) {
    const size = 2 + random.below(2);
    all = shuffled(random, [mergeSurveys(all.slice(0, size)), ...all.slice(size)]);
  }
  return mergeSurveys(all);
}

/** All that survey files hold but the names of the parts. */
function contentBytes(survey: Survey): string {
  const { content } = survey;
  const parts = [{ name: 'all', sha256: '', rows: survey.rows }];
  return Buffer.from(
    saveSurvey(Object.assign(Object.create(Object.getPrototypeOf(survey)), { ...survey, parts, content })),
  ).toString('base64');
}

const OPTIONS: DiscretiseOptions[] = [
  {},
  { threshold: 'mean' },
  { threshold: 0.5 },
  { threshold: -1 },
  { bins: 2 },
  { bins: 5 },
  { missing: 'mean' },
  { missing: 'mode' },
  { missing: 'mode', bins: 7 },
  { missing: 'mean', threshold: 'mean' },
];

function randomColumn(random: Random, rows: number, c: number): TableColumn {
  const name = `c${c}`;
  const gaps = random.below(3) === 0 ? 0.15 : 0;
  const isGap = () => gaps > 0 && random.next() < gaps;
  if (random.below(4) === 0) {
    const categories = ['b', 'a', 'never', 'd'].slice(0, 2 + random.below(3));
    const codes = Int32Array.from({ length: rows }, () =>
      isGap() ? -1 : Math.floor(random.next() * 1.3 * categories.length) % categories.length,
    );
    return {
      kind: 'categorical',
      name,
      codes: codes.map((code) => (categories[code] === 'never' ? 0 : code)),
      categories,
    };
  }
  const kinds = [
    () => random.below(2),
    () => random.below(9) - 4,
    () => random.next() * 2 - 1,
    () => 1.7e12 + random.below(1000) * 60_000,
    () => Math.exp(20 * random.next() - 10),
    () => 7,
    () => random.below(40) / 10,
    () => (random.below(5) === 0 ? -0 : random.below(3)),
  ];
  const draw = kinds[random.below(kinds.length)]!;
  return { kind: 'numeric', name, values: Float64Array.from({ length: rows }, () => (isGap() ? Number.NaN : draw())) };
}

function tableRows({ columns }: Table, from: number, to: number): Table {
  return {
    kind: 'table',
    rows: to - from,
    columns: columns.map((column) =>
      column.kind === 'numeric'
        ? { ...column, values: column.values.slice(from, to) }
        : { ...column, codes: column.codes.slice(from, to) },
    ),
  };
}

test('tables in 1 to 9 parts: one survey whatever the split and the order, and the states of the whole', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const rows = 12 + random.below(300);
    const columns = Array.from({ length: 1 + random.below(6) }, (_, c) => randomColumn(random, rows, c));
    const table: Table = { kind: 'table', rows, columns };
    let first: string | undefined;
    for (let times = 0; times < 3; times++) {
      const at = split(random, rows, 1 + random.below(9));
      const parts = at.slice(1).map((to, i) => tableRows(table, at[i]!, to));
      const merged = mergedAnyhow(
        random,
        parts.map((part, i) => surveyData(part, { part: `part ${i}` })),
      );
      assert.is(merged.rows, rows);
      first ??= contentBytes(merged);
      assert.is(contentBytes(merged), first, `seed ${seed}`);
      for (const options of OPTIONS) {
        const whole = await wholeStates(table, options);
        const cut = await cutSurvey(merged, options);
        const told = `seed ${seed}, ${JSON.stringify(options)}`;
        assert.equal(cut.variables.names, whole.names);
        assert.equal(cut.variables.states, whole.states, told);
        if (cut.variables.stateCounts) assert.equal([...cut.variables.stateCounts], whole.counts, told);
        else assert.ok(!whole.counts, told);
        assert.equal(
          statesOf(
            cut,
            parts.map((part) => batchOf(part).batch),
          ),
          whole.all,
          told,
        );
      }
    }
  }
});

test('rows of numbers, sparse and dense, by every way of cutting', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = new Random(100 + seed);
    const rows = 10 + random.below(150);
    const columns = 1 + random.below(12);
    const values = [1, 1, 1, 2, 3, 0.5, -1, -0.25, 1e-3];
    const dense = seed % 2 === 0;
    const drawn = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, (_, c) =>
        dense
          ? c % 3 === 0
            ? random.below(4)
            : random.next()
          : random.below(3) === 0
            ? values[random.below(values.length)]!
            : 0,
      ),
    );
    const of = (list: number[][]) => {
      if (dense) return Dataset.dense(list);
      const entries = list.map((row) => row.flatMap((x, c) => (x === 0 ? [] : [[c, x] as const])));
      const start = [0];
      for (const row of entries) start.push(start.at(-1)! + row.length);
      return Dataset.sparse({
        rows: list.length,
        columns,
        start: Int32Array.from(start),
        index: Int32Array.from(entries.flat(), ([c]) => c),
        value: Float32Array.from(entries.flat(), ([, x]) => x),
      });
    };
    const whole = of(drawn);
    const at = split(random, rows, 1 + random.below(9));
    const parts = at.slice(1).map((to, i) => of(drawn.slice(at[i]!, to)));
    const merged = mergedAnyhow(
      random,
      parts.map((part, i) => surveyData(part, { part: `${i}` })),
    );
    assert.is(contentBytes(merged), contentBytes(surveyData(whole)));
    for (const options of [
      {},
      { threshold: 'mean' },
      { threshold: 0.5 },
      { threshold: -0.5 },
      { bins: 2 },
      { bins: 4 },
    ] as const) {
      const expected = await wholeStates(whole, options);
      const cut = await cutSurvey(merged, options);
      assert.equal(
        statesOf(
          cut,
          parts.map((part) => batchOf(part).batch),
        ),
        expected.all,
        `seed ${seed}, ${JSON.stringify(options)}`,
      );
      if (expected.counts) assert.equal([...cut.variables.stateCounts!], expected.counts);
      assert.is(cut.variables.vocabulary === 'rows', !dense && Object.keys(options).length === 0);
    }
  }
});

const HEADER = 'number,few,word,code,day,gaps,fraction';

function cellRow(random: Random, r: number): string {
  return [
    random.below(1000) - 500,
    random.below(3),
    ['red', 'green', 'blue, dark'].map((word) => (word.includes(',') ? `"${word}"` : word))[random.below(3)],
    `0${10 + random.below(5)}`,
    `2020-0${1 + random.below(9)}-1${random.below(9)}`,
    random.below(4) === 0 ? 'NA' : random.below(2) ? 'yes' : 'no',
    r % 5 === 0 ? '' : (random.below(400) / 16).toFixed(4),
  ].join(',');
}

function cellBatch(text: string, header: boolean, names: readonly string[] | undefined): Batch & { kind: 'cells' } {
  const missingMarks = TABLE.missingMarks.default;
  const parts = new RawParts(text, {
    missingMarks,
    header,
    asText: (name, place) => (names?.[place] ?? name) === 'code',
  });
  const source = sourceOfRaw(parts.take(text, true), new Troubles());
  return {
    kind: 'cells',
    source: names ? { ...source, names } : source,
    sureOfDecimal: parts.evidence.sureOfDecimal,
  };
}

test('cells in parts, of which some have no header, teach the schema of the whole and its states', async () => {
  for (const missing of ['state', 'mean', 'mode', -3] as const) {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(1000 + seed);
      const rows = Array.from({ length: 60 + random.below(200) }, (_, r) => cellRow(random, r));
      // A number fills no category.
      const ignore = typeof missing === 'number' ? ['gaps'] : [];
      const given = { target: null, categorical: ['code'], missing, ignore };
      const { schema, table } = learnCsv([HEADER, ...rows].join('\n'), given);
      const names = HEADER.split(',');
      const at = split(random, rows.length, 1 + random.below(5));
      const how = {
        ...Object.fromEntries(
          Object.entries(TABLE).map(([name, option]) => [name, (option as { default?: unknown }).default]),
        ),
        ...given,
      };
      const surveys: Survey[] = [];
      const batches: Batch[] = [];
      at.slice(1).forEach((to, i) => {
        const body = rows.slice(at[i]!, to).join('\n');
        const batch = i % 2 === 0 ? cellBatch(`${HEADER}\n${body}`, true, undefined) : cellBatch(body, false, names);
        const gatherer = new Gatherer(how);
        gatherer.add(i % 2 === 0 ? batch : { ...batch, source: { ...batch.source, names: undefined } });
        surveys.push(gatherer.end({ name: `${i}`, sha256: '' }));
        batches.push(batch);
      });
      const merged = mergedAnyhow(random, surveys);
      for (const options of [{}, { bins: 4 }, { threshold: 'mean' as const }]) {
        const cut = await cutSurvey(merged, options);
        const told = `seed ${seed}, ${missing}, ${JSON.stringify(options)}`;
        assert.equal(roundedFills(cut.schema!), roundedFills(schema), told);
        const whole = await wholeStates(filledTable(table, schema.columns), options);
        assert.equal(cut.variables.names, whole.names);
        assert.equal(statesOf(cut, batches), whole.all, told);
        // A mean may differ in its last digit, and be the name of a state.
        if (missing !== 'mean') assert.equal(cut.variables.states, whole.states, told);
      }
    }
  }
});

const TEXTS = Array.from({ length: 240 }, (_, i) => {
  const random = new Random(5000 + i);
  const words = [
    'garden',
    'gardens',
    'gardening',
    'river',
    'rivers',
    'stone',
    'the',
    'and',
    'walking',
    'walks',
    'walk',
    'tree',
    'trees',
    'light',
  ];
  return (
    Array.from({ length: 3 + random.below(12) }, () => words[Math.floor(random.next() ** 2 * words.length)]).join(
      random.below(5) ? ' ' : ', ',
    ) + (i % 9 === 0 ? ` rare${i}` : '')
  );
});

test('texts in parts: the vocabulary that a TextVectorizer learns of all, and its rows', async () => {
  for (const options of [
    { language: 'en' },
    { language: 'none', maxFeatures: 7 },
    { language: 'en', stem: true, maxFeatures: 5 },
    { language: 'en', minDocuments: 'auto', maxShare: 0.4 },
    { language: 'en', stem: true, include: ['light'], exclude: ['river'], binary: true, maxFeatures: 3 },
  ] as const) {
    const whole = await TextVectorizer.learnTransform(TEXTS, options);
    const random = new Random(77);
    let first: string | undefined;
    for (let times = 0; times < 3; times++) {
      const at = split(random, TEXTS.length, 1 + random.below(9));
      const parts = at.slice(1).map((to, i) => TEXTS.slice(at[i]!, to));
      const surveys = await Promise.all(parts.map((texts, i) => surveyTexts(texts, { part: `${i}`, ...options })));
      const merged = mergedAnyhow(random, surveys);
      first ??= contentBytes(merged);
      assert.is(contentBytes(merged), first);
      const cut = await cutSurvey(merged);
      assert.equal(cut.vectorizer, whole.vectorizer.toJSON());
      const expected = await wholeStates(whole.data, {});
      assert.equal(
        statesOf(
          cut,
          parts.map((texts) => ({ kind: 'texts', texts }) as const),
        ),
        expected.all,
      );
    }
  }
  await refusesAsync(
    () => surveyTexts(TEXTS),
    RangeError,
    /^language: expected the language of all parts, or none, got 'auto'/,
  );
  await refusesAsync(
    () => surveyTexts(TEXTS, { language: 'en', phrases: 2 }),
    RangeError,
    /^phrases: expected 1 for texts in parts/,
  );
});

test('more different numbers than are kept apart: exact means, and quantiles to the precision told', async () => {
  const random = new Random(9);
  const rows = 200_000;
  const values = Float64Array.from({ length: rows }, () => (random.next() - 0.3) * 1000);
  const table: Table = { kind: 'table', rows, columns: [{ kind: 'numeric', name: 'x', values }] };
  const at = split(random, rows, 5);
  const parts = at.slice(1).map((to, i) => tableRows(table, at[i]!, to));
  const merged = mergedAnyhow(
    random,
    parts.map((part, i) => surveyData(part, { part: `${i}` })),
  );
  assert.is(contentBytes(merged), contentBytes(surveyData(table)));
  assert.ok(merged.content.kind === 'table');
  const { precision, isExact } = merged.content.columns[0]!.numbers;
  assert.not(isExact);
  assert.ok(precision > 0 && precision < 1e-3);
  const batches = parts.map((part) => batchOf(part).batch);
  for (const options of [{}, { threshold: 'mean' }] as const)
    assert.equal(statesOf(await cutSurvey(merged, options), batches), (await wholeStates(table, options)).all);
  const binned = statesOf(await cutSurvey(merged, { bins: 10 }), batches);
  for (let state = 0; state < 10; state++) {
    const share = binned.filter(([found]) => found === state).length / rows;
    assert.ok(Math.abs(share - 0.1) < 0.01, `${state}: ${share}`);
  }
});

test('what does not belong together is refused by name', async () => {
  const of = (part: string, ...columns: TableColumn[]) => surveyData({ kind: 'table', rows: 2, columns }, { part });
  const numbers = (name: string, ...values: number[]): TableColumn => ({
    kind: 'numeric',
    name,
    values: Float64Array.from(values),
  });
  const a = of('a', numbers('x', 1, 2));
  refuses(
    () => mergeSurveys([a, of('b', numbers('x', 3, 4)), a]),
    RangeError,
    /^surveys: expected each part once, got "a" twice$/,
  );
  refuses(
    () => mergeSurveys([a, of('b', numbers('y', 3, 4))]),
    RangeError,
    /same header in all parts, but column 1 is "x" in "a" and "y" in "b"/,
  );
  refuses(
    () => mergeSurveys([a, of('b', numbers('x', 3, 4), numbers('y', 3, 4))]),
    RangeError,
    /"a" has 1 columns and "b" 2/,
  );
  refuses(() => mergeSurveys([]), RangeError, /^surveys: expected at least one/);
  refuses(() => mergeSurveys([a, {} as Survey]), TypeError, /^surveys\[1\]: expected a Survey, got/);
  const rows = surveyData(Dataset.dense([[1], [2]]), { part: 'rows' });
  refuses(
    () => mergeSurveys([a, rows]),
    RangeError,
    /expected surveys of a Table, as of "a", got one of dense rows, of "rows"/,
  );
  const categories = (...list: string[]): TableColumn => ({
    kind: 'categorical',
    name: 'k',
    codes: Int32Array.of(0, 1),
    categories: list,
  });
  refuses(
    () => mergeSurveys([of('a', categories('p', 'q')), of('b', categories('q', 'p'))]),
    RangeError,
    /same categories of "k"/,
  );
  const cut = await cutSurvey(of('a', categories('p', 'q', 'r')));
  const batch = batchOf({
    kind: 'table',
    rows: 1,
    columns: [{ kind: 'categorical', name: 'k', codes: Int32Array.of(2), categories: ['p', 'q', 'r'] }],
  }).batch;
  refuses(() => cut.items(batch), RangeError, /expected rows that were surveyed, got a cell of "k" that was not/);
  const texts = await surveyTexts(['a word here'], { language: 'en' });
  await refusesAsync(() => cutSurvey(texts, { bins: 3 }), RangeError, /^bins: expected a threshold/);
});

test('a file that is damaged, cut off or another is refused', () => {
  const bytes = saveSurvey(
    surveyData(
      Dataset.dense([
        [1, 2],
        [3, 4.5],
      ]),
    ),
  );
  assert.equal(saveSurvey(loadSurvey(bytes)), bytes);
  for (let at = 0; at < bytes.length; at += 7) {
    const other = bytes.slice();
    other[at]! ^= 0x10;
    refuses(() => loadSurvey(other), RangeError, /^bytes: /);
    refuses(() => loadSurvey(bytes.slice(0, at)), RangeError, /^bytes: /);
  }
  refuses(() => loadSurvey('x' as never), TypeError, /^bytes: expected a Uint8Array/);
});

test.run();
