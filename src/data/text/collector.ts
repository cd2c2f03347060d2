import { MISSING, NUMBER, type RawColumn } from '../tables/raw.js';
import { formatted, type NumberFormat } from './number-format.js';
import { areProse } from './prose.js';

/** Up to a thousand different texts are nothing to memory, and a small table may have names. */
const ALWAYS_KEPT = 1000;
/** From here on, a column with more different texts than half of its rows is given up on the way. */
const LONG_ENOUGH = 2 ** 16;

/** Gathers one column, row by row; a row may be written anew. */
export class Collector {
  /** Whether a cell had more than nothing in it. */
  filled = false;
  private numbers: Float64Array | undefined;
  private ids: Int32Array | undefined;
  private texts: string[] = [];
  private places = new Map<string, number>();
  private given = 0;
  private kept = false;
  private prose = false;

  constructor(
    private capacity: number,
    readonly asText: boolean,
    private readonly format: NumberFormat,
    private readonly missing: ReadonlySet<string>,
    private readonly keepTexts: (texts: readonly string[]) => boolean,
    private readonly codes: boolean,
  ) {}

  grow(capacity: number): void {
    this.capacity = capacity;
    if (this.numbers) this.numbers = resized(this.numbers, new Float64Array(capacity));
    if (this.ids) this.ids = resized(this.ids, new Int32Array(capacity));
  }

  number(row: number, value: number): void {
    if (this.numbers === undefined) this.numbers = new Float64Array(this.capacity).fill(Number.NaN, 0, row);
    this.numbers[row] = value;
    if (this.ids !== undefined) this.ids[row] = NUMBER;
    this.filled = true;
  }

  /** A trimmed cell that is missing, a text, or a number that is not plainly written. */
  cell(row: number, cell: string): void {
    if (cell !== '') this.filled = true;
    const known = this.places.get(cell);
    if (known !== undefined) this.id(row, known);
    else if (this.missing.has(cell)) this.id(row, MISSING);
    else {
      const number = this.asText ? Number.NaN : formatted(cell, this.format);
      if (Number.isNaN(number)) this.id(row, this.placeOf(row, cell));
      else this.number(row, number);
    }
  }

  /** Of a text not met yet, or 0 once texts are not kept. */
  private placeOf(row: number, cell: string): number {
    if (this.given > 0) return 0;
    const place = this.texts.length;
    const own = copied(cell);
    this.texts.push(own);
    this.places.set(own, place);
    if (place < LONG_ENOUGH || place <= row / 2 || this.isKept()) return place;
    this.giveUp();
    return 0;
  }

  /** However many differ. */
  private isKept(): boolean {
    this.kept ||= this.asText || this.keepTexts(this.texts);
    return this.kept;
  }

  missingCell(row: number): void {
    this.filled = true;
    this.id(row, MISSING);
  }

  private id(row: number, id: number): void {
    if (this.ids === undefined) this.ids = new Int32Array(this.capacity).fill(NUMBER, 0, row);
    this.ids[row] = id;
    if (this.numbers !== undefined) this.numbers[row] = Number.NaN;
  }

  private giveUp(): void {
    this.given = this.texts.length;
    this.prose = areProse(this.texts.slice(0, ALWAYS_KEPT));
    this.texts = [];
    this.places.clear();
  }

  /** The column; `none` stands for the numbers of one that has none. */
  finish(rows: number, none: Float64Array): RawColumn {
    if (this.given === 0 && this.texts.length > Math.max(ALWAYS_KEPT, rows / 2) && !this.isKept()) this.giveUp();
    const ids = this.ids === undefined ? undefined : trimmed(this.ids, rows);
    if (this.given > 0 && ids !== undefined) {
      for (let r = 0; r < rows; r++) if (ids[r]! > 0) ids[r] = 0;
    }
    const given = this.given > 0;
    return {
      numbers: this.numbers === undefined ? none : trimmed(this.numbers, rows),
      ids,
      texts: given ? undefined : this.texts,
      different: given ? this.given : this.texts.length,
      ...(this.prose ? { prose: true } : {}),
      ...(this.codes && !this.asText ? { codes: true } : {}),
    };
  }
}

function resized<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** A view unless that would keep much more alive. */
function trimmed<T extends Float64Array | Int32Array>(values: T, rows: number): T {
  return (rows > 0.9 * values.length ? values.subarray(0, rows) : values.slice(0, rows)) as T;
}

/** A slice of a text keeps the whole text alive in V8, unless it is short. */
function copied(cell: string): string {
  return cell.length < 13 ? cell : (JSON.parse(JSON.stringify(cell)) as string);
}
