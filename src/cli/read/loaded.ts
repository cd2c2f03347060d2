import type { Dataset } from '../../data/dataset.js';
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
}

/** What a further file must agree with: the training file, or the net that was trained on it. */
export interface Reference {
  csv?: CsvSchema;
  columns: number;
  target: TargetInfo;
  /** Of a net for images. */
  image?: ImageShape;
}
