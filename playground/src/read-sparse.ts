// Rows of sparse text, as authors of papers publish them: labels,feature:value,feature:value; and svmlight: label feature:value feature:value.
import type { RemoteDataset } from 'espalier/worker';
import { starting } from './worker.js';

export interface SparseData {
  readonly kind: 'sparse';
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly told: readonly string[];
  readonly data: RemoteDataset;
  readonly task: 'classes' | 'values' | undefined;
  /** The number of the first feature. */
  readonly from: 0 | 1;
  /** Undefined for numbers and for several answers a row. */
  readonly classes: number | undefined;
}

const ROW = /^[^,\s]*( [^,\s]*)*(,\d+:[-+.\dEe]+)+\s*$/;
const SVMLIGHT = /^\s*[-+.\deE]+(\s+(qid|\d+):[-+.\deE]+)+\s*(#.*)?$/;
const HEAD = 20_000;

/** Whether its first lines are such rows, of one kind or the other. */
export function isSparse(text: string): boolean {
  return allAre(text, ROW) || allAre(text, SVMLIGHT);
}

function allAre(text: string, kind: RegExp): boolean {
  const lines = text.slice(0, HEAD).split('\n');
  if (text.length > HEAD) lines.pop();
  const full = lines.filter((line) => !/^\s*(#|$)/.test(line));
  return full.length > 0 && full.every((line) => kind.test(line));
}

export async function readSparse(name: string, text: string, signal: AbortSignal): Promise<SparseData> {
  const worker = await starting;
  if (allAre(text, SVMLIGHT)) return svmlight(name, text, signal);
  const data = await worker.parseSparseTextAsync(text, { signal });
  const { rows, columns, targets } = data;
  const classes = targets?.kind === 'classes' ? targets.classes : undefined;
  const told = classes ? [] : ['Each row has several labels: a tree is learned here, a net for them by programs.'];
  return { kind: 'sparse', name, rows, columns, told, data, task: classes ? 'classes' : undefined, from: 0, classes };
}

async function svmlight(name: string, text: string, signal: AbortSignal): Promise<SparseData> {
  const { data, taken, warnings } = await (await starting).learnSvmlightAsync(text, { signal });
  const { rows, columns, targets } = data;
  const classes = targets?.kind === 'classes' ? targets.classes : undefined;
  const task = classes ? 'classes' : 'values';
  return { kind: 'sparse', name, rows, columns, told: warnings, data, task, from: taken.zeroBased ? 0 : 1, classes };
}
