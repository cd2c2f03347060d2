import { existsSync, readFileSync } from 'node:fs';
import type { Document } from 'espalier/text';
import { KINDS, readDefinitions } from '../../demo/tse/words.js';

const R8 = new URL('../../../../shared/data/r8/', import.meta.url);

/** A document with its label. */
export type Labelled = Document & { readonly label: string };

export const haveR8 = existsSync(R8);

/** Reuters news of eight kinds. */
export function readR8(part: 'train' | 'test'): Labelled[] {
  return readLabelled(part, R8);
}

/** Texts of a file, a line a label, a tab and the text. */
export function readLabelled(part: 'train' | 'test', folder: URL): Labelled[] {
  const file = new URL(`${part}.tsv`, folder);
  const lines = readFileSync(file, 'utf8').trimEnd().split(/\r?\n/);
  return lines.map((line, i) => {
    const at = line.indexOf('\t');
    if (at < 1) throw new RangeError(`${file.pathname}, line ${i + 1}: expected a label, a tab and a text, got none`);
    return { label: line.slice(0, at), text: line.slice(at + 1) };
  });
}

/** What WordNet says of tangible things, by kind: its file of them. */
export async function labelledDefinitions(): Promise<Labelled[]> {
  const all = await readDefinitions();
  return all.map(({ term, text, kind }) => ({ name: term, text, label: KINDS[kind]! }));
}

/** WordNet's files of nouns, by number from 3. */
const NOUNS =
  'top act animal artifact attribute body cognition communication event feeling food group location motive object person phenomenon plant possession process quantity relation shape state substance time'.split(
    ' ',
  );

/** What WordNet says of all its nouns, by kind. */
export async function labelledNouns(): Promise<Labelled[]> {
  const all = await readDefinitions(NOUNS.map((_, i) => i + 3));
  return all.map(({ term, text, kind }) => ({ name: term, text, label: NOUNS[kind]! }));
}

export function textsOf(documents: readonly Labelled[]): string[] {
  return documents.map(({ text }) => text);
}

export function labelsOf(documents: readonly Labelled[]): string[] {
  return documents.map(({ label }) => label);
}
