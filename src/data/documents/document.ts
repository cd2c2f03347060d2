/** A text, and what is known of it. */
export interface Document {
  readonly text: string;
  /** Its class. */
  readonly label?: string;
  /** When it was written, as given. */
  readonly date?: string;
  /** What it is called: its file, its id. */
  readonly name?: string;
}

/** Texts one after another, from a list, a generator or a stream. */
export type Texts = Iterable<string> | AsyncIterable<string>;

/** Documents one after another, from a list, a generator or a stream. */
export type Documents = Iterable<Document> | AsyncIterable<Document>;

/** Documents that can be gone through more than once. */
export type OpenDocuments = () => Documents;

/** Told by the first one. A text alone is of the kind, if one too few. */
export function areTexts(data: unknown): data is readonly string[] {
  return typeof data === 'string' || (Array.isArray(data) && typeof data[0] === 'string');
}
