import { existsSync } from 'node:fs';
import type { Dataset } from '../../data/dataset.js';
import { splitRows, takeRows } from '../../data/split.js';
import type { Method } from '../../models/method.js';
import { describeTarget } from '../../models/target.js';
import { hold } from '../engine.js';
import { inFile, UserError } from '../errors.js';
import type { DocumentAsked } from '../flags/documents.js';
import type { DataOptions } from '../options.js';
import { loadLike, loadToLearn } from './data.js';
import { loadImagesToLearn } from './images.js';
import type { Loaded, Reference } from './loaded.js';
import { isNamedSet } from './named-data.js';
import { loadTextsToLearn, textReading } from './texts.js';

export interface TextInput {
  readonly asked: DocumentAsked;
  readonly reading: Parameters<typeof loadTextsToLearn>[2];
}

/** What train reads, beside how to read it. */
export interface InputOptions extends DataOptions {
  data: string;
  /** In place of data: texts, and how they become rows. */
  text?: TextInput | undefined;
  limit?: number;
  validation?: string;
  validationLabels?: string;
  holdout: number;
  test?: string;
  testLabels?: string;
  seed: number;
}

export interface Inputs {
  train: Loaded;
  validation?: Loaded;
  test?: Loaded;
  /** The training rows without those held out. */
  rows: Dataset;
  held?: Dataset;
  reference: Reference;
}

/** Reads training, validation and test rows, and holds some out where no validation rows are given. */
export async function readInputs(method: Method, options: InputOptions): Promise<Inputs> {
  const images = method.data === 'images';
  const { text } = options;
  if (images && text)
    throw new UserError(`--text: --method ${method.name} takes images; expected --data, or another method`);
  if (!images && !text && isNamedSet(options.data) && !existsSync(options.data))
    throw new UserError(
      `--data ${options.data}: is a set of images, which --method ${method.name} does not take; expected a file, or --method gaternet`,
    );
  const given: { train: Loaded; test?: Loaded } = images
    ? await loadImagesToLearn(options.data, options)
    : text
      ? { train: await loadTextsToLearn(options.data, text.asked, text.reading) }
      : { train: { ...(await loadToLearn(options.data, options, true)), table: undefined } };
  const { train } = given;
  const { data, csv, svmlight, shrink, name } = train;
  const { targets, features, vectorizer } = data;
  if (!targets) throw new UserError(`${name}: expected rows with targets, got none`);
  const reference: Reference = {
    columns: data.columns,
    target: await inFile(name, () => describeTarget(data)),
    ...(csv ? { csv } : {}),
    ...(svmlight ? { svmlight } : {}),
    ...(vectorizer ? { texts: textReading(vectorizer, text?.asked) } : {}),
    ...(features.kind === 'images' ? { image: features, shrink } : {}),
  };
  const further = async (path: string | undefined, labels: string | undefined) => {
    if (path === undefined) return undefined;
    const loaded = await loadLike(
      path,
      reference,
      {
        ...(options.format && !images ? { format: options.format } : {}),
        ...(labels ? { labels } : {}),
        ...(options.maxMemory === undefined ? {} : { maxMemory: options.maxMemory }),
      },
      true,
    );
    return loaded;
  };
  const validation = await further(options.validation, options.validationLabels);
  const test = (await further(options.test, options.testLabels)) ?? given.test;
  const inputs = { train, reference, ...(validation ? { validation } : {}), ...(test ? { test } : {}) };
  const rows = await limited(data, options);
  if (rows !== data) await inFile(name, () => hold(rows));
  if (validation || options.holdout === 0) return { ...inputs, rows };
  const parts = await inFile(`${name}: --holdout ${options.holdout}`, async () => {
    await hold(rows);
    return splitRows(rows, { validation: options.holdout, seed: options.seed });
  });
  return { ...inputs, rows: parts.train, held: parts.validation! };
}

/** The rows to train on and hold out of. */
async function limited(data: Dataset, { limit, seed }: InputOptions): Promise<Dataset> {
  if (limit === undefined || limit >= data.rows) return data;
  return takeRows(data, limit, { seed });
}
