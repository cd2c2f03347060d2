// Rows of sparse text, as authors of papers publish them: labels,feature:value,feature:value.
import type { RemoteDataset } from 'espalier/worker';
import { starting } from './worker.js';

export interface SparseData {
  readonly kind: 'sparse';
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly told: readonly string[];
  readonly data: RemoteDataset;
  readonly task: 'classes' | undefined;
  /** Undefined for several answers a row. */
  readonly classes: number | undefined;
}

const ROW = /^[^,\s]*( [^,\s]*)*(,\d+:[-+.\dEe]+)+\s*$/;
const HEAD = 20_000;

/** Whether its first lines are such rows. */
export function isSparse(text: string): boolean {
  const lines = text.slice(0, HEAD).split('\n');
  if (text.length > HEAD) lines.pop();
  const full = lines.filter((line) => line.trim() !== '');
  return full.length > 0 && full.every((line) => ROW.test(line));
}

export async function readSparse(name: string, text: string, signal: AbortSignal): Promise<SparseData> {
  const worker = await starting;
  const data = await worker.parseSparseTextAsync(text, { signal });
  const { rows, columns, targets } = data;
  const classes = targets?.kind === 'classes' ? targets.classes : undefined;
  const told = classes ? [] : ['Each row has several labels: a tree is learned here, a net for them by programs.'];
  return { kind: 'sparse', name, rows, columns, told, data, task: classes ? 'classes' : undefined, classes };
}
