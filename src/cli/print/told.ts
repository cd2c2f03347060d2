import { type Taken, takenLine } from '../../data/tables/taken.js';
import { oneLine } from '../errors.js';
import { type DocumentSource, documentsLine, type SourceTaken } from '../read/document-source.js';
import type { Loaded } from '../read/loaded.js';

/** What --json holds of reading. */
export function takenFields({ taken, warnings = [] }: Loaded): { taken?: Taken; warnings: readonly string[] } {
  return { ...(taken ? { taken } : {}), warnings };
}

/** Says what was taken of each file, and the warnings, a line each, on standard error: standard output may be a pipe or a table. `json` has them in its fields. */
export function tellTaken(files: readonly (Loaded | undefined)[], json: boolean | undefined): void {
  if (json) return;
  for (const file of files) {
    if (!file) continue;
    if (file.taken) say(`read ${file.name}: ${takenLine(file.taken)}`);
    tellWarnings(file);
  }
}

/** The same of documents. */
export function tellDocuments({ name, taken, warnings }: DocumentSource, json: boolean | undefined): void {
  if (json) return;
  say(`read ${name}: ${documentsLine(taken)}`);
  tellWarnings({ name, warnings });
}

/** What --json holds of reading documents. */
export function documentFields({ taken, warnings }: DocumentSource): {
  taken: SourceTaken;
  warnings: readonly string[];
} {
  return { taken, warnings };
}

export function tellWarnings({ name, warnings = [] }: Pick<Loaded, 'name' | 'warnings'>): void {
  for (const warning of warnings) say(`warning: ${name}: ${warning}`);
}

/** A line on standard error, under the command's name. */
export function say(line: string): void {
  process.stderr.write(`espalier: ${oneLine(line)}\n`);
}
