import { complete } from '../../check/complete.js';
import type { Batch } from '../../data/batch.js';
import { classesOf, tableOf } from '../../data/tables/apply.js';
import { checkedTable } from '../../data/tables/checked-table.js';
import { filledTable } from '../../data/tables/filled.js';
import type { TableSettings } from '../../data/tables/options.js';
import type { TableSchema } from '../../data/tables/schema.js';
import type { Table, TableColumn } from '../../data/tables/table.js';
import { type Cut, cutOf, keptStates } from '../../structure/column-states.js';
import { type CountedVariables, itemStarts } from '../../structure/counts/items.js';
import { stateAt, stateStarts } from '../../structure/cuts.js';
import { DISCRETISE, type DiscretiseOptions, requireOneCut } from '../../structure/variables.js';
import { countedVariables, type SurveyCut } from './counted.js';
import { ItemBuilder, sparseItems } from './items.js';
import { NumberSet } from './number-set.js';
import { type KnownColumn, learnColumns, tableColumns } from './schema.js';
import { type ColumnsContent, requireSurvey, type SparseContent, type Survey } from './survey.js';
import { cutTexts } from './words.js';

/**
 * Cuts what was surveyed into states: as discretising the whole would, see DISCRETISE.
 * @throws RangeError, TypeError for what the whole would be refused for too
 */
export async function cutSurvey(survey: Survey, options: DiscretiseOptions = {}): Promise<SurveyCut> {
  requireSurvey(survey);
  const settings = complete(DISCRETISE, options, 'cutSurvey');
  requireOneCut(settings.bins, settings.threshold);
  const { content, how } = survey;
  switch (content.kind) {
    case 'cells':
    case 'table':
      return cutTable(content, how as unknown as TableSettings, settings);
    case 'dense':
      return cutDense(content, settings);
    case 'sparse':
      return cutSparse(content, survey, settings);
    case 'texts':
      return cutTexts(content.census, how, settings);
  }
}

/** A column in its states: their number, those of each cell, and what makes them these. */
interface CutColumn {
  readonly count: number;
  readonly labels: readonly string[] | undefined;
  readonly edges: readonly number[] | undefined;
  stateOf(column: TableColumn): (row: number) => number;
}

function cutTable(content: ColumnsContent, how: TableSettings, settings: DiscretiseOptions): SurveyCut {
  const learned = content.kind === 'cells' ? learnColumns(content, how) : undefined;
  const known = learned?.columns ?? tableColumns(content);
  const columns = known.map((column) => cutColumn(column, settings));
  const names = known.map(({ name }) => name);
  const labels = columns.map((column) => column.labels);
  const variables = countedVariables(
    {
      variables: known.length,
      names,
      stateCounts: columns.some(({ count }) => count > 2) ? Int32Array.from(columns, ({ count }) => count) : undefined,
      states: labels.some(Boolean) ? labels : undefined,
    },
    columns.map(({ edges }) => edges ?? null),
  );
  const start = itemStarts(variables);
  const schema = learned?.schema;
  return {
    variables,
    ...(schema ? { schema } : {}),
    warnings: learned?.warnings ?? [],
    items: (batch) => {
      const table = tableIn(batch, schema, names);
      const states = columns.map((column, c) => column.stateOf(table.columns[c]!));
      const items = new ItemBuilder(table.rows);
      for (let r = 0; r < table.rows; r++) {
        for (let c = 0; c < states.length; c++) {
          const state = states[c]!(r);
          if (state < 0) refuseUnmet(names[c]!);
          if (state > 0) items.add(start[c]! + state - 1);
        }
        items.endRow();
      }
      return items.finish();
    },
    labels: (batch) => (batch.kind === 'cells' && schema ? classesOf(batch.source, schema) : undefined),
  };
}

function tableIn(batch: Batch, schema: TableSchema | undefined, names: readonly string[]): Table {
  if (batch.kind === 'cells' && schema) return filledTable(tableOf(batch.source, schema), schema.columns);
  if (batch.kind !== 'table' || schema) refuseKind(schema ? 'cells' : 'a Table', batch);
  const table = checkedTable(batch.table);
  if (JSON.stringify(table.columns.map(({ name }) => name)) !== JSON.stringify(names))
    throw new RangeError('data: expected the columns of the survey, got others');
  return table;
}

function refuseUnmet(name: string): never {
  throw new RangeError(`data: expected rows that were surveyed, got a cell of ${JSON.stringify(name)} that was not`);
}

function refuseKind(expected: string, { kind }: Batch): never {
  throw new TypeError(`data: expected ${expected} as was surveyed, got ${kind === 'rows' ? 'rows of numbers' : kind}`);
}

function cutColumn(column: KnownColumn, settings: DiscretiseOptions): CutColumn {
  const { missing: how } = settings;
  if (column.kind === 'categorical') {
    const { categories, times, name } = column;
    const tally = Float64Array.from([...times, column.missing]);
    const cut: Cut = { count: categories.length, labels: categories };
    const { count, labels, next } = keptStates(cut, tally, name, how);
    return {
      count,
      labels,
      edges: undefined,
      stateOf: (cells) => {
        if (cells.kind !== 'categorical') refuseUnmet(name);
        // Categories of a Table may be listed otherwise in a part.
        const places = cells.categories.map((category) => categories.indexOf(category));
        return (row) => {
          const code = cells.codes[row]!;
          return next[code < 0 ? categories.length : places[code]!] ?? -1;
        };
      },
    };
  }
  let { numbers, missing } = column;
  if (typeof how === 'number' && missing > 0) {
    const all = new NumberSet(numbers.limit);
    all.addAll(numbers);
    all.add(how, missing);
    [numbers, missing] = [all, 0];
  }
  const present = numbers.present();
  const cut = cutOf(present, settings);
  const tally = new Float64Array(cut.count + 1);
  const { sorted, ends } = present;
  // The least number of each state tells where it was cut, as far as these numbers go.
  const edges: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const state = cut.stateOf(sorted[i]!);
    edges[state] ??= sorted[i]!;
    tally[state]! += ends![i]! - (ends![i - 1] ?? 0);
  }
  tally[cut.count] = missing;
  const { count, labels, next } = keptStates(cut, tally, column.name, how);
  const ofMissing = typeof how === 'number' ? next[cut.stateOf(how)]! : next[cut.count]!;
  return {
    count,
    labels,
    edges,
    stateOf: (cells) => {
      if (cells.kind !== 'numeric') refuseUnmet(column.name);
      return (row) => {
        const x = cells.values[row]!;
        return Number.isNaN(x) ? ofMissing : next[cut.stateOf(x)]!;
      };
    },
  };
}

function cutDense(content: ColumnsContent, { threshold = 'auto', bins }: DiscretiseOptions): SurveyCut {
  const { columns, names } = content;
  const edges = columns.map(({ numbers }) =>
    edgesOf(() => numbers, { threshold: threshold === 'auto' ? 'mean' : threshold, bins }),
  );
  const variables = numberVariables(columns.length, names, edges, bins);
  const start = itemStarts(variables);
  return {
    variables,
    warnings: [],
    items: (batch) => {
      const { features } = batch as Extract<Batch, { kind: 'rows' }>;
      if (batch.kind !== 'rows' || features.kind !== 'dense') refuseKind('dense rows', batch);
      requireColumns(features.columns, columns.length);
      const items = new ItemBuilder(features.rows);
      for (let r = 0, at = 0; r < features.rows; r++) {
        for (let c = 0; c < columns.length; c++, at++) {
          const state = stateIn(edges[c]!, features.values[at]!, bins);
          if (state > 0) items.add(start[c]! + state - 1);
        }
        items.endRow();
      }
      return items.finish();
    },
    labels: (batch) => (batch.kind === 'rows' ? batch.labels : undefined),
  };
}

function requireColumns(columns: number, most: number): void {
  if (columns > most) throw new RangeError(`data: expected ${most} columns as were surveyed, got ${columns}`);
}

function cutSparse(
  content: SparseContent,
  { how }: Survey,
  { threshold = 'auto', bins }: DiscretiseOptions,
): SurveyCut {
  const { census, names } = content;
  const base = indexBase(content, how.zeroBased);
  const reached = Math.max(1, census.columns - base);
  const columns = typeof how.columns === 'number' ? how.columns : reached;
  if (reached > columns)
    throw new RangeError(`columns: expected ${reached}, which the parts reach, or more, got ${columns}`);
  const cut = { threshold: threshold === 'auto' ? 0 : threshold, bins };
  const same = bins === undefined && cut.threshold !== 'mean' ? [cut.threshold] : undefined;
  const edges = Array.from({ length: columns }, (_, c) => same ?? edgesOf(() => census.numbers(c + base), cut));
  const isPlain = bins === undefined && cut.threshold === 0 && !names;
  if (names && names.length !== columns)
    throw new RangeError(`featureNames: expected ${columns} names, one a column, got ${names.length}`);
  const variables = isPlain ? { variables: columns, vocabulary: 'rows' } : numberVariables(columns, names, edges, bins);
  const start = itemStarts(variables);
  const stateOf = (column: number, x: number) => stateIn(edges[column]!, x, bins);
  const zeros = edges.flatMap((_, c) => (stateOf(c, 0) > 0 ? c : []));
  return {
    variables,
    warnings: [],
    items: (batch) => {
      const { features } = batch as Extract<Batch, { kind: 'rows' }>;
      if (batch.kind !== 'rows' || features.kind !== 'sparse') refuseKind('sparse rows', batch);
      requireColumns(features.columns, columns);
      return sparseItems(features, start, stateOf, zeros);
    },
    labels: (batch) => (batch.kind === 'rows' ? batch.labels : undefined),
  };
}

/** What is taken off an index as it was written: of svmlight 1 unless some index is 0, where nobody says. */
export function indexBase({ census }: SparseContent, zeroBased: unknown): 0 | 1 {
  return zeroBased === 'auto' && census.lowest > 0 ? 1 : 0;
}

/** Where a column of numbers is cut: the least number of each state, or the number above which they are 1. */
function edgesOf(numbers: () => NumberSet, { threshold, bins }: DiscretiseOptions): readonly number[] {
  if (bins === undefined) return [threshold === 'mean' ? numbers().present().limit : Number(threshold)];
  const { sorted, ends } = numbers().present();
  return stateStarts(sorted, bins, ends);
}

function stateIn(edges: readonly number[], x: number, bins: number | undefined): number {
  return bins === undefined ? Number(x > edges[0]!) : stateAt(edges, x);
}

function numberVariables(
  variables: number,
  names: readonly string[] | undefined,
  edges: readonly (readonly number[])[],
  bins: number | undefined,
): CountedVariables {
  return countedVariables(
    {
      variables,
      names,
      stateCounts: bins === undefined ? undefined : Int32Array.from(edges, ({ length }) => length),
    },
    edges,
  );
}
