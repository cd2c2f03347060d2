import type { Batch } from '../../data/batch.js';
import type { Source } from '../../data/tables/source.js';
import { ColumnCensus } from './column-census.js';
import { mostDistinct } from './number-set.js';
import { SparseCensus } from './sparse-census.js';
import { type ColumnsContent, Survey, type SurveyContent, type SurveyedPart, type SurveyHow } from './survey.js';

/** Surveys one part, batch by batch; texts are countWords's. */
export class Gatherer {
  readonly #how: SurveyHow;
  readonly #names: readonly string[] | undefined;
  #content: SurveyContent | undefined;
  #rows = 0;

  /** @param names of the columns, where the batches do not tell them */
  constructor(how: SurveyHow, names?: readonly string[]) {
    this.#how = how;
    this.#names = names;
  }

  add(batch: Exclude<Batch, { kind: 'texts' }>): void {
    this.#content ??= this.#begin(batch);
    const content = this.#content;
    const rows = batch.kind === 'rows' ? batch.features.rows : sourceOf(batch).rows;
    this.#rows += rows;
    if (content.kind === 'sparse') {
      if (batch.kind === 'rows' && batch.features.kind === 'sparse') content.census.add(batch.features, batch.lowest);
      return;
    }
    const { columns } = content as ColumnsContent;
    if (batch.kind === 'cells') for (const [c, column] of columns.entries()) column.addCells(batch.source.columns[c]!);
    if (batch.kind === 'table') for (const [c, column] of columns.entries()) column.addColumn(batch.table.columns[c]!);
    if (batch.kind === 'rows' && batch.features.kind === 'dense') {
      const { values } = batch.features;
      const width = columns.length;
      for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) columns[c]!.numbers.add(values[r * width + c]!);
    }
  }

  /** What was found; RangeError for no rows. */
  end(part: Omit<SurveyedPart, 'rows'>): Survey {
    if (!this.#content) throw new RangeError('data: expected at least one row, got none');
    const content = 'columns' in this.#content ? { ...this.#content, rows: this.#rows } : this.#content;
    return new Survey([{ ...part, rows: this.#rows }], this.#how, content);
  }

  #begin(batch: Exclude<Batch, { kind: 'texts' }>): SurveyContent {
    if (batch.kind === 'rows' && batch.features.kind === 'sparse')
      return { kind: 'sparse', names: this.#names, census: new SparseCensus() };
    const width = batch.kind === 'rows' ? batch.features.columns : sourceOf(batch).columns.length;
    const limit = mostDistinct(width);
    const columns = Array.from({ length: width }, () => new ColumnCensus(limit));
    const plain = { rows: 0, rowNames: [], dialect: undefined, columns };
    if (batch.kind === 'rows') return { kind: 'dense', names: this.#names, ...plain };
    if (batch.kind === 'table') return { kind: 'table', ...plain, names: batch.table.columns.map(({ name }) => name) };
    const { names, rowNames, dialect } = batch.source;
    const { delimiter, decimal, thousands } = dialect!;
    return {
      kind: 'cells',
      ...plain,
      names,
      rowNames,
      dialect: {
        ...{ delimiter, decimal: batch.sureOfDecimal ? decimal : '', thousands },
        header: names !== undefined,
      },
    };
  }
}

function sourceOf(batch: Extract<Batch, { kind: 'cells' | 'table' }>): Pick<Source, 'rows'> & {
  columns: readonly unknown[];
} {
  return batch.kind === 'cells' ? batch.source : batch.table;
}
