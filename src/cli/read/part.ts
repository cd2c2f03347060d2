import { statSync } from 'node:fs';
import type { Batch } from '../../data/batch.js';
import { EncodingError } from '../../data/documents/chunks.js';
import { parseIdx } from '../../data/images/idx.js';
import { sparseTextPart } from '../../data/text/sparse-text.js';
import { svmlightPart } from '../../data/text/svmlight.js';
import { inFile, UserError } from '../errors.js';
import type { Format } from '../options.js';
import { FORMAT_NAMES, formatOf, UntoldFormat } from './format.js';
import { readPlain } from './input-file.js';
import { PartBytes } from './part-bytes.js';
import { type CellOptions, cellBatches } from './part-cells.js';
import { idxBatches } from './part-images.js';
import { textBatches } from './part-text.js';

/** How a part is read. */
export interface PartOptions {
  readonly format?: Format | undefined;
  /** Of a text that does not tell it. */
  readonly otherwise?: Format | undefined;
  /** Sparse text, svmlight: number of features. */
  readonly columns?: number | undefined;
  /** svmlight: whether indices count from 0; undefined leaves them as they are written. */
  readonly zeroBased?: boolean | undefined;
  /** IDX: a file of labels. */
  readonly labels?: string | undefined;
  /** CSV. */
  readonly cells?: CellOptions | undefined;
  /** Characters or bytes of a batch: some megabytes unless said. */
  readonly batch?: number | undefined;
}

/** A file of rows that is read by batches, so that memory does not grow with the rows. */
export interface Part {
  readonly name: string;
  readonly format: Format | 'texts';
  /** Of the file as it is; once its batches were read. */
  readonly sha256: string;
  /** What was taken on thin evidence, a sentence each; once its batches were read. */
  readonly warnings: readonly string[];
  /** What the reader decided, in words, where it says so. */
  readonly told?: string;
  /** In one pass; UserError for what departs from the format, with the line. */
  batches(): AsyncGenerator<Batch>;
}

/** So many bytes tell a format. */
const HEAD = 65536;

/** Opens a file of rows, gzipped too; `-` is standard input. UserError for what is none. */
export async function openPart(path: string, options: PartOptions = {}): Promise<Part> {
  if (path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${path}: is a folder, expected a file of rows`);
  const bytes = new PartBytes(path);
  const { name } = bytes;
  const { bytes: head, whole } = await bytes.head(HEAD);
  if (head.length === 0) throw new UserError(`${name}: the file is empty`);
  const format = options.format ?? told(() => formatOf(path, head, whole, name), options.otherwise);
  const warnings: string[] = [];
  return {
    name,
    format,
    warnings,
    get sha256() {
      return bytes.sha256;
    },
    batches: () => inPart(name, batchesOf(bytes, format, path, options, warnings)),
  };
}

function told(tell: () => Format, otherwise: Format | undefined): Format {
  try {
    return tell();
  } catch (error) {
    if (otherwise !== undefined && error instanceof UntoldFormat) return otherwise;
    throw error;
  }
}

/** What is refused is told with the name of the part. */
async function* inPart(name: string, batches: AsyncGenerator<Batch>): AsyncGenerator<Batch> {
  try {
    for (;;) {
      const { done, value } = await inFile(name, () => batches.next());
      if (done) return;
      yield value;
    }
  } catch (error) {
    if ((error as Error).cause instanceof EncodingError)
      throw new UserError(`${name}: expected text in UTF-8, or UTF-16 with a byte-order mark, got other bytes`, {
        cause: error,
      });
    throw error;
  } finally {
    await batches.return(undefined);
  }
}

async function* batchesOf(
  bytes: PartBytes,
  format: Format,
  path: string,
  options: PartOptions,
  warnings: string[],
): AsyncGenerator<Batch> {
  const { batch: size } = options;
  switch (format) {
    case 'sparse':
    case 'svmlight':
      yield* sparseBatches(textBatches(bytes.read(), { lines: true, size }), format, options);
      break;
    case 'csv':
      yield* cellBatches(textBatches(bytes.read(), { lines: false, size }), path, options.cells ?? {}, warnings);
      break;
    case 'idx': {
      const labels = options.labels === undefined ? undefined : parseIdx(await readPlain(options.labels));
      yield* idxBatches(bytes.read(), labels, size);
      break;
    }
  }
}

async function* sparseBatches(
  texts: ReturnType<typeof textBatches>,
  format: 'sparse' | 'svmlight',
  { columns: given, zeroBased }: PartOptions,
): AsyncGenerator<Batch> {
  // Of indices as written it is not known yet how many columns they are.
  const columns = format === 'svmlight' && zeroBased === undefined ? undefined : given;
  let entries = 0;
  let width = 0;
  let rows = 0;
  for await (const { text, line } of texts) {
    const begun = { line, entries };
    const read =
      format === 'sparse'
        ? sparseTextPart(text, columns, begun, width)
        : { ...svmlightPart(text, columns, zeroBased ?? true, begun), width: 1 };
    width = read.width;
    const { features, labels, lowest } = read;
    entries += features.index.length;
    rows += features.rows;
    if (features.rows === 0) continue;
    yield {
      kind: 'rows',
      features,
      ...(width === 1 ? { labels: Array.from(labels, String) } : {}),
      ...(lowest === undefined ? {} : { lowest }),
    };
  }
  if (rows === 0) throw new UserError(`expected at least one row of ${FORMAT_NAMES[format]}, got none`);
}
