import type { Dataset } from '../../data/dataset.js';
import type { TableSchema } from '../../data/tables/schema.js';
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
  readonly csv?: TableSchema;
}

/** What a further file must agree with: the training file, or the net that was trained on it. */
export interface Reference {
  csv?: TableSchema;
  columns: number;
  target: TargetInfo;
  /** Of a net for images. */
  image?: ImageShape;
}
