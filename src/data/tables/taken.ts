import { plural } from '../../numeric/format.js';

/** What a reader decided. Plain JSON. */
export interface Taken {
  readonly format: 'csv' | 'sparse' | 'svmlight' | 'idx' | 'images' | 'records';
  readonly rows: number;
  /** Of texts: what stands between cells; ' ' for runs of blanks. */
  readonly delimiter?: string;
  readonly decimal?: '.' | ',';
  readonly header?: boolean;
  /** Of formats whose columns have no kinds: how many features. */
  readonly columns?: number;
  /** Columns of features by kind. */
  readonly numeric?: number;
  readonly categorical?: number;
  /** Columns that became no feature, and why: 'row names', 'ignored', 'dates', ... */
  readonly leftOut?: readonly { readonly name: string; readonly why: string }[];
  readonly missing?: { readonly cells: number; readonly how: string };
  readonly target?: {
    readonly name?: string;
    readonly kind: 'classes' | 'tasks' | 'values';
    /** Of classes, or of tasks, how many. */
    readonly classes?: number;
    readonly tasks?: number;
  };
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  ' ': 'blanks',
};
/** Names in a line at most. */
const FEW = 6;

/** What was taken, in one line for people: '12 rows, delimiter semicolon, header yes, 3 numeric and 1 categorical column, target kind (3 classes)'. */
export function takenLine(taken: Taken): string {
  const { rows, delimiter, decimal, header, leftOut = [], missing } = taken;
  return [
    plural(rows, 'row'),
    ...(delimiter === undefined ? [] : [`delimiter ${DELIMITERS[delimiter] ?? delimiter}`]),
    ...(decimal === ',' ? ['decimal comma'] : []),
    ...(header === undefined ? [] : [`header ${header ? 'yes' : 'no'}`]),
    ...columnsOf(taken),
    ...(missing?.cells ? [`${plural(missing.cells, 'missing cell')} (${missing.how})`] : []),
    ...(leftOut.length ? [`left out: ${leftOutNames(leftOut)}`] : []),
    ...targetOf(taken),
  ].join(', ');
}

function columnsOf({ columns, numeric, categorical }: Taken): string[] {
  if (columns !== undefined) return [plural(columns, 'feature')];
  const kinds = [numeric ? `${numeric} numeric` : '', categorical ? `${categorical} categorical` : ''];
  const told = kinds.filter((kind) => kind !== '').join(' and ');
  return told === '' ? [] : [`${told} ${(numeric ?? 0) + (categorical ?? 0) === 1 ? 'column' : 'columns'}`];
}

function leftOutNames(leftOut: NonNullable<Taken['leftOut']>): string {
  const names = leftOut.slice(0, FEW).map(({ name, why }) => `${name} (${why})`);
  const more = leftOut.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

function targetOf({ target }: Taken): string[] {
  if (!target) return [];
  const { name, kind, classes, tasks } = target;
  const what = classes ? plural(classes, 'class', 'classes') : tasks ? plural(tasks, 'task') : kind;
  return [name === undefined ? what : `target ${name} (${what})`];
}
