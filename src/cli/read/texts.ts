import type { Dataset } from '../../data/dataset.js';
import type { TextVectorizer, TextVectorizerOptions } from '../../data/documents/vectorizer.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { targetsOf } from '../../data/labels.js';
import { shorten, show } from '../../data/text/show.js';
import { plural } from '../../numeric/format.js';
import { hold } from '../engine.js';
import { inFile, UserError } from '../errors.js';
import type { DocumentAsked } from '../flags/documents.js';
import { shellWord } from '../flags/written.js';
import { type DocumentSource, documentsLine } from './document-source.js';
import { openDocuments } from './documents.js';
import { type Loaded, plainTaken, type Reference, type TextReading } from './loaded.js';

/** A document, to people: by its name, or its place counted from 1. */
interface Place {
  /** Among all documents, from 0. */
  readonly at: number;
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
  const source = labelledOnly(await openDocuments(path, asked));
  const places: Place[] = [];
  const rows = await inFile(source.name, async () => {
    const texts = textsOf(source, places);
    if ('options' in given) return (await TextVectorizer.learnTransform(texts, given.options)).data;
    return (await TextVectorizer.fromJSON(given.vectorizer)).transform(texts);
  });
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
  const opened = await openLike(path, reading.columns, asked, labelled);
  const source = labelled ? labelledOnly(opened) : opened;
  const places: Place[] = [];
  const rows = await inFile(source.name, async () => (await reading.vectorizer).transform(textsOf(source, places)));
  if (!labelled) return loadedFrom(source, rows, places);
  if (target.names) requireKnown(source.name, places, target.names);
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
async function* textsOf(source: TextSource, places: Place[]): AsyncGenerator<string> {
  let at = 0;
  for await (const { text, name, label } of source.open()) {
    if (label !== undefined || !source.labelledOnly) {
      places.push({ at, name, label });
      yield text;
    }
    at++;
  }
}

function labelsOf(places: readonly Place[]): string[] {
  return places.map(({ label }) => label!);
}

interface TextSource extends DocumentSource {
  /** Whether documents without a label are passed over. */
  readonly labelledOnly?: boolean;
}

/** Of the documents those with a label, the others counted in a warning. UserError where none has one. */
function labelledOnly(source: DocumentSource): TextSource {
  const { name, documents, labelled, taken, warnings } = source;
  if (labelled === 0)
    throw new UserError(
      `${name}: expected a label for each of ${plural(documents, 'document')}, got none: ${whyNoLabels(taken)}`,
    );
  const bare = documents - labelled;
  const told = `${bare} of ${plural(documents, 'document')} without a label passed over`;
  return { ...source, labelledOnly: true, warnings: bare === 0 ? warnings : [...warnings, told] };
}

/** What to do about it. */
function whyNoLabels(taken: DocumentSource['taken']): string {
  if (taken.format === 'folder') return 'labels of a folder are the names of the folders in it, two or more';
  const { labelColumn, unused, format } = taken;
  if (labelColumn !== undefined) return `column ${show(String(labelColumn))} is empty`;
  if (format === 'lines') return 'lines of a label, a tab and a text have them';
  if (unused === undefined) return 'there is no other column than that of the texts';
  const [first] = unused;
  return `no column is called label, class, category or the like; columns: ${shorten(unused.map(String))}; --label-column says which it is, such as --label-column ${shellWord(String(first))}`;
}

/** UserError that counts and names the documents with a label that is not among the names. */
function requireKnown(name: string, places: readonly Place[], names: readonly string[]): void {
  const known = new Set(names);
  const other = places.filter(({ label }) => !known.has(label!));
  if (other.length === 0) return;
  const told = other.slice(0, MOST_NAMED).map((place) => {
    const named = place.name === undefined ? '' : ` (${show(place.name)})`;
    return `${show(place.label!)} in document ${place.at + 1}${named}`;
  });
  throw new UserError(
    `${name}: expected labels of the training texts (${shorten(names)}), got ${plural(other.length, 'document')} with others: ${told.join(', ')}${other.length > MOST_NAMED ? ', …' : ''}`,
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
