// Texts: a file each or a line each, with labels or without.
import type { Document, TextVectorizer } from 'espalier/text';
import type { RemoteDataset } from 'espalier/worker';
import type { GivenFile, Reading } from './reading.js';
import { starting } from './worker.js';

/** Of a vocabulary, unless said otherwise. */
export const WORDS = 1000;

export interface TextData {
  readonly kind: 'texts';
  readonly name: string;
  readonly words: number;
  readonly rows: number;
  readonly documents: readonly Document[];
  readonly vectorizer: TextVectorizer;
  readonly labels: ReadonlyMap<string, number>;
  readonly told: readonly string[];
  /** Labelled, where every document is, with at least two labels. */
  readonly data: RemoteDataset;
  readonly task: 'classes' | undefined;
}

/** A file a document; the folder it lies in, if all lie in one below the chosen one, is its label. */
export async function documentsOf(files: readonly GivenFile[], texts: readonly string[]): Promise<Document[]> {
  const worker = await starting;
  const parts = files.map(({ name }) => name.split('/'));
  const labelled = parts.every((part) => part.length > 2);
  return Promise.all(
    files.map(async ({ name }, i) => {
      const raw = texts[i]!;
      const text = /\.html?$/i.test(name)
        ? await worker.htmlToText(raw)
        : /\.(md|markdown)$/i.test(name)
          ? await worker.markdownToText(raw)
          : raw;
      const path = parts[i]!;
      return { text, name: path.at(-1)!, ...(labelled ? { label: path.at(-2)! } : {}) };
    }),
  );
}

/** A table with a column of running text, or lines of a label, a tab and a text. */
export async function hasTexts(text: string): Promise<boolean> {
  const worker = await starting;
  const head = text.slice(0, 100_000);
  const whole = head.length === text.length ? head : head.slice(0, head.lastIndexOf('\n'));
  const lines = whole.split('\n', 50);
  const pairs = lines.filter((line) => line !== '').map((line) => line.split('\t'));
  if (pairs.length > 0 && pairs.every((pair) => pair.length === 2 && pair[1]!.split(' ').length > 3)) return true;
  // Rows of numbers, maybe below a header, are no running text, though blanks part them.
  const full = lines.filter((line) => line.trim() !== '');
  if (full.filter((line) => /\p{L}{2}/u.test(line)).length <= full.length / 2) return false;
  try {
    for await (const _ of worker.readDocuments([whole], { format: 'csv' })) return true;
  } catch {
    // It says which column it would have to be told: there is none of running text.
  }
  return false;
}

export async function readTexts(
  name: string,
  documents: readonly Document[],
  { words = WORDS }: Reading,
  signal: AbortSignal,
): Promise<TextData> {
  const worker = await starting;
  const labels = new Map<string, number>();
  for (const { label } of documents) if (label !== undefined) labels.set(label, (labels.get(label) ?? 0) + 1);
  const unlabelled = documents.filter(({ label }) => label === undefined).length;
  const empty = documents.filter(({ text }) => text.trim() === '').length;
  const told = [
    ...(unlabelled > 0 && labels.size > 0 ? [`${unlabelled} texts have no label.`] : []),
    ...(empty > 0 ? [`${empty} of ${documents.length} texts ${empty === 1 ? 'is' : 'are'} empty.`] : []),
  ];
  const task = unlabelled === 0 && labels.size > 1 ? ('classes' as const) : undefined;
  const { vectorizer, data } = await worker.TextVectorizer.learnTransform(
    documents.map(({ text }) => text),
    { maxFeatures: words, signal, ...(task ? { labels: documents.map(({ label }) => label!) } : {}) },
  );
  return { kind: 'texts', name, words, rows: documents.length, documents, vectorizer, labels, told, data, task };
}
