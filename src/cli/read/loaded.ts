import type { Dataset } from '../../data/dataset.js';
import type { TextVectorizer } from '../../data/documents/vectorizer.js';
import type { TableSchema } from '../../data/tables/schema.js';
import type { Table } from '../../data/tables/table.js';
import type { Taken } from '../../data/tables/taken.js';
import type { Targets } from '../../data/targets.js';
import type { ImageShape } from '../../models/gaternet/backbone.js';
import type { TargetInfo } from '../../models/target.js';
import type { DocumentAsked } from '../flags/documents.js';

/** Data, and where they came from. */
export interface Loaded {
  readonly data: Dataset;
  /** What to call it in messages. */
  readonly name: string;
  /** Of the file's bytes; of images, with their labels. */
  readonly sha256: string;
  /** CSV only. */
  readonly csv?: TableSchema;
  /** svmlight only. */
  readonly svmlight?: SvmlightReading;
  /** Images: the sides of the squares that became a pixel each, where they are larger than one. */
  readonly shrink?: number;
  /** Images from files of their own: the file of each row. */
  readonly files?: readonly string[];
  /** Texts: what each document is called, where any has a name. */
  readonly documents?: readonly string[];
  /** CSV to learn from: its columns of features as they were read. */
  readonly table?: Table | undefined;
  /** Of what is learned from: what the reader decided. */
  readonly taken?: Taken;
  /** Texts: what the reader decided, in words. */
  readonly told?: string;
  /** What was taken on thin evidence, changed or left aside, a sentence each. */
  readonly warnings?: readonly string[];
}

/** Of formats that leave nothing to decide but what they are. */
export function plainTaken(format: Taken['format'], { rows, columns, targets }: Dataset): Taken {
  return { format, rows, columns, ...(targets ? { target: targetTaken(targets) } : {}) };
}

function targetTaken(targets: Targets): NonNullable<Taken['target']> {
  switch (targets.kind) {
    case 'classes':
      return { kind: 'classes', classes: targets.classes };
    case 'tasks':
      return { kind: 'tasks', tasks: targets.tasks };
    case 'values':
      return { kind: 'values' };
  }
}

/** How svmlight was read, for further files. */
export interface SvmlightReading {
  readonly zeroBased: boolean;
  /** By class id, where the labels are not the ids. */
  readonly labels?: readonly string[];
}

/** How texts are read for a net. */
export interface TextReading {
  readonly vectorizer: Promise<TextVectorizer>;
  /** Of the training texts, where they were said. */
  readonly columns: Pick<DocumentAsked, 'textColumn' | 'labelColumn'>;
}

/** What a further file must agree with: the training file, or the net that was trained on it. */
export interface Reference {
  csv?: TableSchema;
  svmlight?: SvmlightReading;
  /** Of a net that keeps a vocabulary. */
  texts?: TextReading;
  columns: number;
  target: TargetInfo;
  /** Of a net for images. */
  image?: ImageShape;
  /** As the training images', which are of the image's size afterwards. */
  shrink?: number | undefined;
}
