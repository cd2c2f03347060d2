import { MISSING, NUMBER } from '../../data/tables/raw.js';
import type { SourceColumn } from '../../data/tables/source.js';
import type { TableColumn } from '../../data/tables/table.js';
import { NumberSet } from './number-set.js';
import { TextSet } from './text-set.js';

/** What cells a column has, and how many of each. */
export class ColumnCensus {
  readonly numbers: NumberSet;
  readonly texts: TextSet;
  missing = 0;
  /** Numbers beyond 64 bits. */
  infinite = 0;
  /** Of a column of categories that are known: all of them, in their order. */
  categories: readonly string[] | undefined;

  constructor(
    readonly limit: number,
    parts?: Pick<ColumnCensus, 'numbers' | 'texts' | 'missing' | 'infinite' | 'categories'>,
  ) {
    this.numbers = parts?.numbers ?? new NumberSet(limit);
    this.texts = parts?.texts ?? new TextSet(limit);
    this.missing = parts?.missing ?? 0;
    this.infinite = parts?.infinite ?? 0;
    this.categories = parts?.categories;
  }

  addNumber(x: number): void {
    if (Number.isNaN(x)) this.missing++;
    else if (Number.isFinite(x)) this.numbers.add(x);
    else this.infinite++;
  }

  addCells({ numbers, ids, texts }: SourceColumn): void {
    const times = new Float64Array(texts?.length ?? 1);
    for (let r = 0; r < numbers.length; r++) {
      const id = ids ? ids[r]! : NUMBER;
      if (id >= 0) times[id]!++;
      else this.addNumber(id === NUMBER ? numbers[r]! : Number.NaN);
    }
    if (!texts) this.addMany(times[0]!);
    else for (const [id, text] of texts.entries()) if (times[id]! > 0) this.texts.add(text, times[id]);
  }

  private addMany(count: number): void {
    if (count > 0) this.texts.addMany(count);
  }

  addColumn(column: TableColumn): void {
    if (column.kind === 'numeric') {
      for (const x of column.values) this.addNumber(x);
      return;
    }
    const { codes, categories } = column;
    this.categories = categories;
    const times = new Float64Array(categories.length);
    for (const code of codes) {
      if (code < 0) this.missing++;
      else times[code]!++;
    }
    for (const [code, category] of categories.entries()) if (times[code]! > 0) this.texts.add(category, times[code]);
  }

  addAll(other: ColumnCensus): void {
    this.numbers.addAll(other.numbers);
    this.texts.addAll(other.texts);
    this.missing += other.missing;
    this.infinite += other.infinite;
    this.categories = other.categories;
  }

  /** As a column of a table that has each number and text once, in an order of its own. */
  condensed(): SourceColumn {
    const { numbers, texts, missing, infinite } = this;
    const { values, times } = numbers.parts();
    const words = texts.times;
    const cells: [number: number, id: number, times: number][] = Array.from(values, (x, i) => [x, NUMBER, times[i]!]);
    if (infinite > 0) cells.push([Number.POSITIVE_INFINITY, NUMBER, infinite]);
    if (words) cells.push(...Array.from(words.values(), (n, id): [number, number, number] => [Number.NaN, id, n]));
    else cells.push([Number.NaN, 0, texts.count]);
    if (missing > 0) cells.push([Number.NaN, MISSING, missing]);
    const isPlain = texts.count === 0 && missing === 0;
    return {
      numbers: Float64Array.from(cells, ([x]) => x),
      ids: isPlain ? undefined : Int32Array.from(cells, ([, id]) => id),
      times: Float64Array.from(cells, ([, , n]) => n),
      texts: words && [...words.keys()],
      different: words ? words.size : texts.limit + 1,
      ...(numbers.isExact ? {} : { mean: numbers.present().mean }),
    };
  }
}
