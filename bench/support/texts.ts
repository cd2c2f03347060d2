import { existsSync, readFileSync } from 'node:fs';
import type { Document } from 'espalier/text';
import { KINDS, readDefinitions } from '../../demo/tse/words.js';

const R8 = new URL('../../../../shared/data/r8/', import.meta.url);

/** A document with its label. */
export type Labelled = Document & { readonly label: string };

export const haveR8 = existsSync(R8);

/** Reuters news of eight kinds. */
export function readR8(part: 'train' | 'test'): Labelled[] {
  const lines = readFileSync(new URL(`${part}.tsv`, R8), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const [label, text] = line.split('\t') as [string, string];
    return { label, text };
  });
}

/** What WordNet says of tangible things, by kind: its file of them. */
export async function labelledDefinitions(): Promise<Labelled[]> {
  const all = await readDefinitions();
  return all.map(({ term, text, kind }) => ({ name: term, text, label: KINDS[kind]! }));
}
