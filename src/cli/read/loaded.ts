import type { Dataset } from '../../data/dataset.js';
import type { Taken } from '../../data/tables/taken.js';
import type { CsvSchema } from '../../data/text/csv-schema.js';
import type { ImageShape } from '../../models/gaternet/backbone.js';
import type { TargetInfo } from '../../models/target.js';

/** Data, and where they came from. */
export interface Loaded {
  readonly data: Dataset;
  /** What to call it in messages. */
  readonly name: string;
  /** Of the file's bytes; of images, with their labels. */
  readonly sha256: string;
  /** CSV only. */
  readonly csv?: CsvSchema;
  /** svmlight only. */
  readonly svmlight?: SvmlightReading;
  /** What the reader decided. */
  readonly taken?: Taken;
  /** What was taken on thin evidence, changed or left aside, a sentence each. */
  readonly warnings?: readonly string[];
}

/** How svmlight was read, for further files. */
export interface SvmlightReading {
  readonly zeroBased: boolean;
  /** By class id, where the labels are not the ids. */
  readonly labels?: readonly string[];
}

/** What a further file must agree with: the training file, or the net that was trained on it. */
export interface Reference {
  csv?: CsvSchema;
  svmlight?: SvmlightReading;
  columns: number;
  target: TargetInfo;
  /** Of a net for images. */
  image?: ImageShape;
}
