import type { Dataset } from '../../data/dataset.js';
import type { TextVectorizer, TextVectorizerOptions } from '../../data/documents/vectorizer.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { targetsOf } from '../../data/labels.js';
import { shorten, show } from '../../data/text/show.js';
import { plural } from '../../numeric/format.js';
import { inFile, UserError } from '../errors.js';
import type { DocumentAsked } from '../flags/documents.js';
import { hold } from '../memory.js';
import { type DocumentSource, documentsLine } from './document-source.js';
import { openDocuments } from './documents.js';
import { type Loaded, plainTaken, type Reference, type TextReading } from './loaded.js';

/** A document, to people: by its name, or its place counted from 1. */
interface Place {
  readonly name: string | undefined;
  readonly label: string | undefined;
}

/** Most documents that a message names. */
const MOST_NAMED = 5;

/** Texts with labels as rows of words: those of the vectorizer given, or learned from these texts. */
export async function loadTextsToLearn(
  path: string,
  asked: DocumentAsked,
  given: { options: TextVectorizerOptions } | { vectorizer: TextVectorizerJson },
): Promise<Loaded> {
  const { TextVectorizer } = await import('../../data/documents/vectorizer.js');
  const source = await openDocuments(path, asked);
  const places: Place[] = [];
  const rows = await inFile(source.name, async () => {
    const texts = textsOf(source, places);
    if ('options' in given) return (await TextVectorizer.learnTransform(texts, given.options)).data;
    return (await TextVectorizer.fromJSON(given.vectorizer)).transform(texts);
  });
  requireLabels(source.name, places);
  const data = await inFile(source.name, () => rows.withTargets(targetsOf({ labels: labelsOf(places) })));
  return loadedFrom(source, data, places, plainTaken('texts', data));
}

/** Further texts as rows of the words of the training texts. `labelled`: their labels will be compared with. */
export async function loadTextsLike(
  path: string,
  { texts: reading, target }: Pick<Reference, 'target'> & Required<Pick<Reference, 'texts'>>,
  asked: DocumentAsked,
  labelled: boolean,
): Promise<Loaded> {
  const source = await openLike(path, reading.columns, asked, labelled);
  const places: Place[] = [];
  const rows = await inFile(source.name, async () => (await reading.vectorizer).transform(textsOf(source, places)));
  if (!labelled) return loadedFrom(source, rows, places);
  requireLabels(source.name, places, target.names);
  const classNames = target.names ? { classNames: target.names } : {};
  const data = rows.withTargets(targetsOf({ labels: labelsOf(places), ...classNames }));
  return loadedFrom(source, data, places);
}

/** What was said of the training texts goes for others that have such columns. */
async function openLike(
  path: string,
  { textColumn, labelColumn }: TextReading['columns'],
  asked: DocumentAsked,
  labelled: boolean,
): Promise<DocumentSource> {
  const kept = {
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined || !labelled ? {} : { labelColumn }),
  };
  if (path === '-' || Object.keys(kept).length === 0) return openDocuments(path, { ...kept, ...asked });
  try {
    return await openDocuments(path, { ...kept, ...asked });
  } catch (error) {
    return openDocuments(path, asked).catch(() => {
      throw error;
    });
  }
}

async function loadedFrom(
  { name, sha256, warnings, taken: told }: DocumentSource,
  data: Dataset,
  places: readonly Place[],
  taken?: Loaded['taken'],
): Promise<Loaded> {
  await inFile(name, () => hold(data));
  const named = places.some((place) => place.name !== undefined);
  return {
    ...{ name, sha256, data, told: documentsLine(told) },
    warnings: [...warnings, ...wordless(data)],
    ...(named ? { documents: places.map((place) => place.name ?? '') } : {}),
    ...(taken ? { taken } : {}),
  };
}

/** A warning where there are documents of which the net learns nothing. */
function wordless({ features, rows }: Dataset): string[] {
  if (features.kind !== 'sparse') return [];
  const { start } = features;
  const bare = start.subarray(1).reduce((sum, end, r) => sum + Number(end === start[r]), 0);
  return bare === 0 ? [] : [`${bare} of ${plural(rows, 'document')} without a word of the vocabulary`];
}

/** The texts one by one; what else is known of each is put aside. */
async function* textsOf(source: DocumentSource, places: Place[]): AsyncGenerator<string> {
  for await (const { text, name, label } of source.open()) {
    places.push({ name, label });
    yield text;
  }
}

function labelsOf(places: readonly Place[]): string[] {
  return places.map(({ label }) => label!);
}

/** UserError that counts and names the documents without a label, or with one that is not among the names. */
function requireLabels(name: string, places: readonly Place[], names?: readonly string[]): void {
  const at = (i: number) => {
    const place = `document ${i + 1}`;
    return places[i]!.name === undefined ? place : `${place} (${show(places[i]!.name!)})`;
  };
  const tell = (wrong: readonly number[], told: (i: number) => string) =>
    wrong.slice(0, MOST_NAMED).map(told).join(', ') + (wrong.length > MOST_NAMED ? ', …' : '');
  const all = [...places.keys()];
  const bare = all.filter((i) => places[i]!.label === undefined || places[i]!.label === '');
  if (bare.length > 0)
    throw new UserError(
      `${name}: expected a label for each of ${plural(places.length, 'document')}, got ${bare.length} without: ${tell(bare, at)}`,
    );
  const known = names && new Set(names);
  const other = known ? all.filter((i) => !known.has(places[i]!.label!)) : [];
  if (other.length > 0)
    throw new UserError(
      `${name}: expected labels of the training texts (${shorten(names!)}), got ${plural(other.length, 'document')} with others: ${tell(other, (i) => `${show(places[i]!.label!)} in ${at(i)}`)}`,
    );
}

/** The vectorizer is loaded when texts are to be read. */
export function textReading(json: TextVectorizerJson, columns: TextReading['columns'] = {}): TextReading {
  let made: Promise<TextVectorizer> | undefined;
  return {
    get vectorizer() {
      made ??= import('../../data/documents/vectorizer.js').then((module) => module.TextVectorizer.fromJSON(json));
      return made;
    },
    columns,
  };
}
