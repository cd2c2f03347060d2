// Rows of sparse text, as authors of papers publish them: labels,feature:value,feature:value; and svmlight: label feature:value feature:value.
import type { RemoteDataset } from 'espalier/worker';
import { countKinds, entriesFormat, fullLines } from '../../dist/cli/read/line-kinds.js';
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

const HEAD = 20_000;

/** By the rule of the command: lines with faults are refused by their numbers, not taken for something else. */
export function isSparse(text: string): boolean {
  return formatOf(text) !== undefined;
}

function formatOf(text: string): 'sparse' | 'svmlight' | undefined {
  const lines = text.slice(0, HEAD).split('\n');
  if (text.length > HEAD) lines.pop();
  const full = fullLines(lines);
  return entriesFormat(countKinds(full), full.length);
}

export async function readSparse(name: string, text: string, signal: AbortSignal): Promise<SparseData> {
  const worker = await starting;
  if (formatOf(text) === 'svmlight') return svmlight(name, text, signal);
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
