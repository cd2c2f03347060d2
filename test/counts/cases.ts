import { Dataset, type Table } from 'espalier';
import type { Draws } from '../support/draws.js';

/** Data in whole, and cut into parts; how numbers become variables. */
export interface Case {
  readonly what: string;
  readonly whole: Dataset | Table;
  readonly parts: readonly (Dataset | Table)[];
  readonly options: { readonly threshold?: number | 'mean'; readonly bins?: number; readonly missing?: 'mode' };
}

const KINDS = [
  'sparse',
  'sparse above 1',
  'sparse mean',
  'sparse bins',
  'dense',
  'dense bins',
  'dense ones',
  'table',
  'table bins',
] as const;

/** Rows of every kind of variable, cut into 1 to 9 parts; a case a seed. */
export function randomCase(draws: Draws, number: number): Case {
  const what = KINDS[number % KINDS.length]!;
  const rows = 2 + draws.below(60);
  const columns = 1 + draws.below(12);
  const order = partsOf(draws, rows);
  const bins = 2 + draws.below(4);
  const options = {
    ...(what.endsWith('bins') ? { bins } : {}),
    ...(what === 'sparse above 1' ? { threshold: 1 } : {}),
    ...(what === 'sparse mean' ? { threshold: 'mean' as const } : {}),
    ...(what.startsWith('table') && draws.below(3) === 0 ? { missing: 'mode' as const } : {}),
  };
  const whole = what.startsWith('table') ? table(draws, rows, columns) : matrix(draws, rows, columns, what);
  return { what, whole, parts: order.map((part) => pick(whole, part)), options };
}

/** Numbers of rows, in parts of which none is empty. */
function partsOf(draws: Draws, rows: number): number[][] {
  const count = Math.min(rows, 1 + draws.below(9));
  const order = [...draws.permutation(rows)];
  const cuts = [...draws.permutation(rows - 1)]
    .slice(0, count - 1)
    .map((cut) => cut + 1)
    .sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => order.slice(from, cuts[i] ?? rows));
}

function pick(whole: Dataset | Table, rows: readonly number[]): Dataset | Table {
  if (whole instanceof Dataset) return whole.subset(rows);
  return {
    kind: 'table',
    rows: rows.length,
    columns: whole.columns.map((column) =>
      column.kind === 'numeric'
        ? { ...column, values: Float64Array.from(rows, (r) => column.values[r]!) }
        : { ...column, codes: Int32Array.from(rows, (r) => column.codes[r]!) },
    ),
  };
}

function matrix(draws: Draws, rows: number, columns: number, what: string): Dataset {
  // Columns hang together, and some are alike, constant or the other's complement.
  const base = Array.from({ length: rows }, () => draws.below(5));
  const cell = (r: number, c: number) => {
    if (c % 5 === 4) return 1;
    if (what === 'dense ones') return Number((base[r]! + draws.below(3)) % 2 === c % 2);
    if (draws.below(3) === 0) return 0;
    return (c % 3 === 0 ? base[r]! : draws.below(4)) * (what === 'dense' ? 0.1 : 1);
  };
  const cells = Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => cell(r, c)));
  const labels = cells.map(() => `class ${draws.below(3)}`);
  const classNames = [...new Set(labels)].sort();
  const targets =
    classNames.length > 1
      ? {
          targets: {
            kind: 'classes' as const,
            classes: classNames.length,
            names: classNames,
            values: Int32Array.from(labels, (label) => classNames.indexOf(label)),
          },
        }
      : {};
  if (what.startsWith('dense'))
    return Dataset.dense(cells, { ...targets, featureNames: cells[0]!.map((_, c) => `c${c}`) });
  const index = cells.flatMap((row) => row.flatMap((x, c) => (x ? [c] : [])));
  const start = [0];
  for (const row of cells) start.push(start.at(-1)! + row.filter(Boolean).length);
  const value = Float32Array.from(cells.flatMap((row) => row.filter(Boolean)));
  return Dataset.sparse({
    ...{ rows, columns, start: Int32Array.from(start), index: Int32Array.from(index), value },
    ...targets,
    ...(what === 'sparse bins' ? { featureNames: cells[0]!.map((_, c) => `word ${c}`) } : {}),
  });
}

function table(draws: Draws, rows: number, columns: number): Table {
  const base = Array.from({ length: rows }, () => draws.below(4));
  return {
    kind: 'table',
    rows,
    columns: Array.from({ length: columns }, (_, c) => {
      const name = `column ${c}`;
      if (c % 2 === 0) {
        const categories = ['red', 'green', 'blue', 'grey', 'never'];
        return {
          name,
          kind: 'categorical',
          categories,
          codes: Int32Array.from(base, (k) => (draws.below(9) === 0 ? -1 : c % 4 === 0 ? k : draws.below(2))),
        };
      }
      return {
        name,
        kind: 'numeric',
        values: Float64Array.from(base, (k) =>
          draws.below(9) === 0 ? Number.NaN : c % 3 === 0 ? k + draws.unit() : k - 1,
        ),
      };
    }),
  };
}
