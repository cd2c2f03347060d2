// What was understood of the data, and its correction.
import type { TableColumn } from 'espalier/read';
import { imageParts } from './data-images.js';
import { button, choice, el, rounded, table } from './dom.js';
import type { SparseData } from './read-sparse.js';
import type { TableData } from './read-table.js';
import type { TextData } from './read-texts.js';
import type { Data, Reading } from './reading.js';
import type { MakeTab } from './tabs.js';

const SHOWN = 8;
/** Lines of a table's columns. */
const COLUMNS = 200;
const DELIMITERS = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'blanks' } as const;
const KINDS = { numeric: 'numbers', date: 'dates', categorical: 'categories' } as const;

export const makeData: MakeTab = (panel, page) => ({
  show(data) {
    if (data) showData(panel, data, page.reading(), page.correct);
  },
});

/** `correct` reads the same files anew. */
function showData(panel: HTMLElement, data: Data, reading: Reading, correct: (reading: Reading) => void): void {
  if (data.kind === 'images') {
    panel.replaceChildren(...imageParts(data, reading, correct));
    return;
  }
  const as = choice(
    'Read as',
    [
      ['table', 'a table'],
      ['texts', 'texts'],
      ['sparse', 'sparse rows (label,feature:value,…)'],
    ],
    data.kind,
    // What was said of a table's columns is not said of texts.
    (value) => correct({ ...reading, as: value as Reading['as'], table: {} }),
  );
  const head = el('h2', {}, data.name);
  const told = data.told.map((line) => el('li', {}, line));
  const parts =
    data.kind === 'table'
      ? ofTable(data, reading, correct)
      : data.kind === 'texts'
        ? ofTexts(data, reading, correct)
        : ofSparse(data);
  panel.replaceChildren(head, ...(told.length > 0 ? [el('ul', { class: 'told' }, ...told)] : []), ...parts(as));
}

function ofTable(data: TableData, reading: Reading, correct: (reading: Reading) => void) {
  const { schema, table: columns, target, task, rows } = data;
  const { dialect, leftOut } = schema;
  const given = reading.table ?? {};
  const { categorical = [], ignore = [] } = given;
  const again = (change: object) => correct({ ...reading, as: 'table', table: { ...given, ...change } });
  const facts = [
    `${rows} rows, ${columns.columns.length} ${columns.columns.length === 1 ? 'column' : 'columns'}`,
    ...(dialect ? [`cells parted by ${DELIMITERS[dialect.delimiter]}`] : []),
    ...(dialect
      ? [`decimal ${dialect.decimal === ',' ? 'comma' : 'point'}`, dialect.header ? 'a header' : 'no header']
      : []),
  ].join(', ');
  const kindOf = new Map(schema.columns.map((column) => [column.name, column.kind]));
  const lineOf = (column: TableColumn) => {
    const { name } = column;
    const kind = kindOf.get(name)!;
    const isForced = categorical.includes(name);
    const select = el('select', { 'aria-label': `Kind of ${name}` }, new Option(KINDS[kind], '', true, true));
    if (isForced) select.append(new Option('numbers', 'numbers'));
    else if (kind === 'numeric') select.append(new Option('categories', 'categories'));
    select.append(new Option('left out', 'out'));
    select.addEventListener('change', () => {
      const others = categorical.filter((other) => other !== name);
      if (select.value === 'out')
        again({ ignore: [...ignore, name], categorical: others, ...(name === target ? { target: undefined } : {}) });
      else again({ categorical: select.value === 'categories' ? [...others, name] : others });
    });
    return [name === target ? el('strong', {}, name) : name, select, cellsOf(column, kind === 'date')];
  };
  const left = leftOut.map(({ name, why }) => {
    if (!ignore.includes(name)) return [name, why, ''];
    const back = el('button', { type: 'button', 'aria-label': `Take ${name} back` }, 'take back');
    back.addEventListener('click', () => again({ ignore: ignore.filter((other) => other !== name) }));
    return [name, 'left out by you', back];
  });
  const names = columns.columns.map(({ name }) => name);
  return (as: HTMLElement) => [
    el('p', { class: 'facts', id: 'understood' }, `${facts}.`),
    el(
      'div',
      { class: 'fields' },
      choice(
        'To be predicted',
        [...names.map((name) => [name, name] as const), ['', 'nothing']],
        target ?? '',
        (value) => again({ target: value === '' || !names.includes(value) ? null : value, task: undefined }),
      ),
      ...(task
        ? [
            choice(
              'It is',
              [
                ['classes', 'a class'],
                ['values', 'a number'],
              ],
              task,
              (value) => again({ target, task: value }),
            ),
          ]
        : []),
      as,
      ...(dialect ? dialectFields(dialect, again) : []),
    ),
    columnsTable(columns.columns, lineOf),
    ...(left.length > 0 ? [el('h3', {}, 'Left out'), table(['Column', 'Why', ''], left)] : []),
  ];
}

/** How its lines are taken apart. */
function dialectFields(dialect: NonNullable<TableData['schema']['dialect']>, again: (change: object) => void) {
  return [
    choice(
      'First line',
      [
        ['yes', 'names'],
        ['no', 'a row'],
      ],
      dialect.header ? 'yes' : 'no',
      // Columns are called otherwise then.
      (value) => again({ header: value === 'yes', target: undefined, task: undefined, categorical: [], ignore: [] }),
    ),
    choice('Cells parted by', Object.entries(DELIMITERS), dialect.delimiter, (value) => again({ delimiter: value })),
    choice(
      'Decimal mark',
      [
        ['.', 'point'],
        [',', 'comma'],
      ],
      dialect.decimal,
      (value) => again({ decimal: value }),
    ),
  ];
}

/** The first of very many, and a button that shows all. */
function columnsTable(
  columns: readonly TableColumn[],
  lineOf: (column: TableColumn) => (Node | string)[],
): HTMLElement {
  const head = ['Column', 'Kind', 'Cells'];
  if (columns.length <= COLUMNS) return table(head, columns.map(lineOf));
  const all = button(`Show all ${columns.length} columns`, () => box.replaceChildren(table(head, columns.map(lineOf))));
  const box = el('div', {}, table(head, columns.slice(0, COLUMNS).map(lineOf)), all);
  return box;
}

function cellsOf(column: TableColumn, isDate: boolean): string {
  if (column.kind === 'numeric') {
    let [low, high, missing] = [Infinity, -Infinity, 0];
    for (const value of column.values) {
      if (Number.isNaN(value)) missing++;
      else {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    const [from, to] = isDate ? datesOf(low, high) : range(low, high);
    return `${from} to ${to}${missing > 0 ? `, ${missing} missing` : ''}`;
  }
  const { categories } = column;
  const more = categories.length - 4;
  return categories.slice(0, 4).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** In full where rounding makes them one. */
function range(low: number, high: number): [string, string] {
  const short = [rounded(low), rounded(high)] as [string, string];
  return short[0] === short[1] && low < high ? [String(low), String(high)] : short;
}

/** From days since 1970; with the time where they are of one day. */
function datesOf(...days: [number, number]): [string, string] {
  const times = days.map((day) => new Date(Math.round(day * 1440) * 60_000).toISOString()) as [string, string];
  const isSame = times[0].slice(0, 10) === times[1].slice(0, 10);
  return times.map((time) => (isSame ? time.slice(0, 16).replace('T', ' ') : time.slice(0, 10))) as [string, string];
}

function ofTexts(data: TextData, reading: Reading, correct: (reading: Reading) => void) {
  const { documents, vectorizer, labels, words, rows } = data;
  const count = labels.size;
  const facts = `${rows} texts, ${vectorizer.words.length} words of them kept${count > 0 ? `, ${count} labels` : ', no labels'}.`;
  const most = el('input', { type: 'number', min: 2, step: 1, value: words, inputmode: 'numeric' });
  most.addEventListener('change', () => {
    if (most.valueAsNumber >= 2) correct({ ...reading, as: 'texts', words: Math.round(most.valueAsNumber) });
  });
  const counts = [...labels].sort(([, a], [, b]) => b - a);
  const first = documents
    .slice(0, SHOWN)
    .map(({ name, label, text }, i) => [
      name ?? String(i + 1),
      ...(count > 0 ? [label ?? ''] : []),
      el('span', { class: 'text' }, text.length > 160 ? `${text.slice(0, 160)} …` : text),
    ]);
  return (as: HTMLElement) => [
    el('p', { class: 'facts', id: 'understood' }, facts),
    el('div', { class: 'fields' }, el('label', {}, 'Words at most ', most), as),
    ...(count > 0
      ? [
          table(
            ['Label', 'Texts'],
            counts.slice(0, SHOWN).map(([label, of]) => [label, String(of)]),
          ),
        ]
      : [
          el(
            'p',
            {},
            'Texts without labels have topics, under Tree. To train a net they need labels: put them into a folder for each label, or into a file with a column of labels.',
          ),
        ]),
    el('h3', {}, 'The first of them'),
    table(['Name', ...(count > 0 ? ['Label'] : []), 'Text'], first),
  ];
}

function ofSparse({ rows, columns, classes, from }: SparseData) {
  const facts = `${rows} rows of ${columns} features${classes ? `, ${classes} classes` : ''}.`;
  return (as: HTMLElement) => [
    el('p', { class: 'facts', id: 'understood' }, facts),
    el('div', { class: 'fields' }, as),
    el(
      'p',
      {},
      `Such a file has no names of features: they are called by their numbers, from 0${from === 1 ? ': what the file calls 1 is 0 here' : ''}.`,
    ),
  ];
}
