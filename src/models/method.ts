import type { Options, WebAbortSignal } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import type { ModelFile } from '../files/model-file.js';
import type { Engine } from '../runtime/engine.js';
import type { LearnProgress } from './learning.js';
import type { LoadOptions, Net } from './net.js';

/** How learning runs, whatever comes of it. */
export interface LearnRun {
  engine?: Engine | undefined;
  signal?: WebAbortSignal | undefined;
  onProgress?: ((progress: LearnProgress) => void) | undefined;
  /** Receives checkpoints of learning the structure, of methods that write some. */
  onCheckpoint?: ((checkpoint: Uint8Array<ArrayBuffer>) => void | Promise<void>) | undefined;
  resume?: Uint8Array | undefined;
}

/** A net in words and tables, for people. */
export interface NetText {
  /** One line. */
  summary: string;
  facts: Record<string, string>;
  /** Its layers; the first line is the header. */
  table: string[][];
}

/** A way to make a net: what the command, the documentation and loadNet enumerate. */
export interface Method {
  readonly name: string;
  /** One line for people. */
  readonly doc: string;
  /** Where it comes from. */
  readonly paper: string;
  readonly data: 'rows' | 'images';
  /** Options of learning; those of kinds that no text can give are left to programs. */
  readonly options: Options;
  /** Options of the net's fit. */
  readonly fit: Options;
  /** Command lines that show it. */
  readonly examples: readonly string[];
  learn(train: Dataset, options: object, run: LearnRun): Promise<Net>;
  load(file: ModelFile, options: LoadOptions): Promise<Net>;
  describe(net: Net): NetText;
}
