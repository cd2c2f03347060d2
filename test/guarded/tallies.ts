import { existsSync, readFileSync } from 'node:fs';
import type { Tally } from './kernels.js';
import type { Compared } from './twins.js';

/** What one process of a guarded run left. */
export interface ProcessTally extends Tally {
  readonly file: string;
  readonly compared: Compared;
}

/** Where the processes of a guarded run find the module, and leave what they did. */
export function guardedEnvironment(folder: URL, comparedCalls = 0): NodeJS.ProcessEnv {
  const hook = `--import=${new URL('register.js', import.meta.url).href}`;
  return {
    ...process.env,
    NODE_OPTIONS: [process.env.NODE_OPTIONS, hook].filter(Boolean).join(' '),
    ESPALIER_GUARDED: folder.href,
    ESPALIER_GUARDED_TWIN: String(comparedCalls),
  };
}

export function talliesOf(folder: URL): ProcessTally[] {
  const path = new URL('tallies.jsonl', folder);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as ProcessTally);
}

/** Sum of the calls, or of what was compared, by kernel. */
export function sumOf(records: readonly Readonly<Record<string, number>>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const record of records)
    for (const [name, count] of Object.entries(record)) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}
