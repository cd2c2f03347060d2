import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Kernels } from '../runtime/kernels.js';
import type { Pace } from '../runtime/pace.js';
import { inTurns } from '../runtime/steps.js';
import { packColumns } from './binary.js';
import { type BoundRows, bindingRows, columnParts } from './bound-rows.js';
import { isSquare } from './pair-information.js';
import { type BinaryColumns, type BinaryRows, bitBytes, requireRoom } from './variables.js';

/** What a list is made from beside the pairs, in the order of the kernels' arguments. */
export type Known = readonly [
  key: Address,
  parent: Address,
  levelMin: Address,
  levelParent: Address,
  levelStart: Address,
  levelOnes: Address,
  vertex: Address,
  slot: Address,
  ones: Address,
  margin: Address,
  table: Address,
];

/** Where a list goes, and what is listed: as prim_list takes it. */
export interface ListCall {
  readonly out: Address;
  readonly own: Address;
  readonly list: Address;
  readonly size: number;
  readonly capacity: number;
  readonly known: Known;
  readonly levels: number;
}

/** Binary variables in the engine, that tell which others one occurs with. */
export interface PairLists {
  readonly rows: number;
  /** Of each variable. */
  readonly ones: Int32Array;
  /** Pairs to go through for v's list, about. */
  pairs(v: number): number;
  /** prim_list, or what does the same from other data. */
  list(kernels: Kernels, call: ListCall): number;
  /** Of what is gone through in several parts: counts v's pairs in the rows of one of them. */
  readonly countPart?: (kernels: Kernels, counts: Address, v: number, part: number, parts: number) => void;
}

/** Of rows of ones. */
export class RowLists implements PairLists {
  readonly rows: number;
  readonly ones: Int32Array;
  private readonly columnStart: Int32Array;
  /** Pairs that occur together of a variable that is 1 in one row, on average. */
  private readonly mean: number;

  private constructor(
    engine: Engine,
    data: BinaryRows,
    private readonly bound: BoundRows,
  ) {
    const d = data.variables;
    this.rows = data.rows;
    this.mean = meanPairs(data);
    this.columnStart = engine.i32(bound.columnStart, d + 1).slice();
    this.ones = Int32Array.from({ length: d }, (_, v) => this.columnStart[v + 1]! - this.columnStart[v]!);
  }

  static async over(engine: Engine, scope: Scope, data: BinaryRows, pace: Pace): Promise<RowLists> {
    return new RowLists(engine, data, await inTurns(bindingRows(engine, scope, data), pace));
  }

  pairs(v: number): number {
    return this.ones[v]! * this.mean;
  }

  list(kernels: Kernels, { out, own, list, size, capacity, known, levels }: ListCall): number {
    const { start, index, columnStart, columnRow } = this.bound;
    const data = [start, index, columnStart, columnRow, this.rows] as const;
    return kernels.prim_list(out, own, list, size, capacity, ...known, ...data, levels);
  }

  countPart(kernels: Kernels, counts: Address, v: number, part: number, parts: number): void {
    const { start, index, columnRow } = this.bound;
    const cut = (k: number) => this.columnStart[v]! + Math.floor((k / parts) * this.ones[v]!);
    kernels.pair_counts_rows(counts, start, index, columnRow, cut(part), cut(part + 1), this.ones.length);
  }
}

/** Pairs that occur together of a variable that is 1 in one row, on average. */
function meanPairs({ rows, start, index }: BinaryRows): number {
  let pairs = 0;
  for (let r = 0; r < rows; r++) pairs += (start[r + 1]! - start[r]!) ** 2;
  return index.length && pairs / index.length;
}

/** Bytes of RowLists: held, and to turn rows into columns for a while; pairs of all variables that are gone through. */
export function rowListsBytes(data: BinaryRows): { held: number; turning: number; pairs: number } {
  const { rows: n, variables: d, index } = data;
  const entries = index.length;
  return {
    held: (data.held ? 1 : 3) * 4 * entries + (data.held ? 0 : 2 * 4 * n) + 4 * d,
    turning: 4 * columnParts(entries, d) * d,
    pairs: n * meanPairs(data),
  };
}

/** ns, about: to go through a pair of ones, to count 64 rows of two columns of bits, to look up what their counts tell. */
const PAIR = 12;
const WORD = 0.25;
const LOOK_UP = 12;

/** Whether so many ones are of the same rows that all pairs are counted sooner as bits. */
export function areBetterAsBits(data: BinaryRows): boolean {
  const { rows, variables: d } = data;
  const pairs = ((WORD * rows) / 64 + LOOK_UP) * d * d;
  return isSquare({ kind: 'bits', rows, variables: d }) && PAIR * rows * meanPairs(data) > pairs;
}

/** The variables as columns of bits, where that is better. */
export function asBits(engine: Engine, data: BinaryRows): BinaryRows | BinaryColumns {
  if (!areBetterAsBits(data)) return data;
  requireRoom(engine, data.variables, bitBytes(data.rows, data.variables));
  return packColumns(data);
}

/** A part of counts, i32[parts][d]. */
export function partOf(counts: Address, part: number, d: number): Address {
  return plus(counts, part * d * 4);
}
