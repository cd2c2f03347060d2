import { requireLength } from '../../check/arrays.js';
import { isObject } from '../../check/complete.js';
import { got } from '../../check/phrase.js';
import { columnOf } from './column-of.js';
import { namesOf, type Source } from './source.js';

/** How records become columns. */
export interface RecordSettings {
  /** Of the columns, where rows are arrays. */
  readonly names?: readonly string[] | undefined;
  readonly missingMarks: readonly string[];
  /** Columns whose numbers count as they are spelled. */
  asText(name: string, place: number, columns: number): boolean;
}

/** No structure is learned of the pairs of more columns in useful time. */
const MOST_COLUMNS = 2 ** 17;

type Row = ArrayLike<unknown>;
type Named = Readonly<Record<string, unknown>>;

/**
 * The columns of objects, by the names of all of them in the order in which they first appear, or of arrays of one length.
 * @throws TypeError for what is neither and for values that are no cells, RangeError for no rows and for arrays of other lengths
 */
export function sourceOfRecords(records: unknown, settings: RecordSettings): Source {
  if (!Array.isArray(records))
    throw new TypeError(`records: expected an array of objects or of arrays, got ${got(records)}`);
  if (records.length === 0) throw new RangeError('records: expected at least one row, got none');
  return isRow(records[0]) ? sourceOfRows(records, settings) : sourceOfObjects(records, settings);
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function sourceOfRows(rows: readonly unknown[], { names, ...settings }: RecordSettings): Source {
  const width = (rows[0] as Row).length;
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r];
    if (!isRow(row)) throw new TypeError(`records[${r}]: expected an array as in records[0], got ${got(row)}`);
    if (row.length !== width)
      throw new RangeError(`records[${r}]: expected ${width} values, as many as in row 0, got ${row.length}`);
  }
  if (names) requireLength(names, width, 'names', 'one name a value of a row');
  const { names: columns, rowNames } = namesOf(names, 'names');
  return sourceOf(
    rows.length,
    width,
    { names: columns, rowNames },
    (place) => columns?.[place] ?? `column${place}`,
    (row, place) => (rows[row] as Row)[place],
    (place) => `[${place}]`,
    settings,
  );
}

function sourceOfObjects(objects: readonly unknown[], { names: given, ...settings }: RecordSettings): Source {
  if (given) throw new TypeError('names: expected only beside rows that are arrays, got rows that are objects');
  const keys = new Set<string>();
  for (let r = 0; r < objects.length; r++) {
    const record = objects[r];
    if (!isObject(record)) throw new TypeError(`records[${r}]: expected an object, got ${got(record)}`);
    for (const key of Object.keys(record)) keys.add(key);
    if (keys.size > MOST_COLUMNS) throw new RangeError(`records: expected at most ${MOST_COLUMNS} names, got more`);
  }
  const cells = [...keys];
  const found = namesOf(cells, 'records');
  return sourceOf(
    objects.length,
    cells.length,
    found,
    (place) => found.names![place]!,
    (row, place) =>
      Object.hasOwn(objects[row] as Named, cells[place]!) ? (objects[row] as Named)[cells[place]!] : undefined,
    (place) => `.${cells[place]}`,
    settings,
  );
}

function sourceOf(
  rows: number,
  width: number,
  names: Pick<Source, 'names' | 'rowNames'>,
  nameAt: (place: number) => string,
  valueAt: (row: number, place: number) => unknown,
  shown: (place: number) => string,
  settings: Omit<RecordSettings, 'names'>,
): Source {
  if (width === 0) throw new RangeError('records: expected at least one value a row, got none');
  if (width > MOST_COLUMNS)
    throw new RangeError(`records: expected at most ${MOST_COLUMNS} values a row, got ${width}`);
  const missingMarks = new Set(settings.missingMarks);
  const columns = Array.from({ length: width }, (_, place) =>
    columnOf((row) => valueAt(row, place), {
      rows,
      missingMarks,
      asText: settings.asText(nameAt(place), place, width),
      argument: (row) => `records[${row}]${shown(place)}`,
    }),
  );
  return { format: 'records', rows, columns, ...names, where: (row) => `records[${row}]` };
}
