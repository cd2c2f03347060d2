import type { Batch } from '../../data/batch.js';
import { argumentOf, type Source, sourceOfRaw } from '../../data/tables/source.js';
import { Troubles } from '../../data/tables/troubles.js';
import { CSV } from '../../data/text/csv.js';
import type { Delimiter, Dialect } from '../../data/text/dialect.js';
import { RawParts } from '../../data/text/raw-parts.js';
import { show } from '../../data/text/show.js';
import { UserError } from '../errors.js';
import { endingOf } from './format.js';
import type { TextBatch } from './part-text.js';

/** How the cells of a part are read. */
export interface CellOptions {
  readonly header?: boolean | 'auto' | undefined;
  readonly delimiter?: Delimiter | undefined;
  readonly decimal?: '.' | ',' | undefined;
  readonly missingMarks?: readonly string[] | undefined;
  /** Columns whose cells count as they are spelled. */
  readonly spelled?: ReadonlySet<string> | undefined;
  /** What other parts have: their columns, which a header has to name, and else are these by place. */
  readonly like?: { readonly names: readonly string[]; readonly dialect?: Dialect | undefined } | undefined;
}

/** Delimiter, header and formats are settled by the first batch. */
export async function* cellBatches(
  texts: AsyncIterable<TextBatch>,
  path: string,
  options: CellOptions,
  warnings: string[],
): AsyncGenerator<Batch> {
  const { like, spelled, missingMarks = CSV.missingMarks.default } = options;
  let parts: RawParts | undefined;
  let rows = 0;
  for await (const { text, last } of texts) {
    parts ??= begin(text, path, options, missingMarks, (name, place) =>
      spelled ? spelled.has(like?.names[place] ?? (name || `column${place}`)) : false,
    );
    const raw = parts.take(text, last);
    warnings.push(...raw.warnings);
    if (raw.rows === 0 && raw.ragged.count === 0) continue;
    const troubles = new Troubles();
    const source = named(sourceOfRaw(raw, troubles), like?.names);
    troubles.throwAny();
    rows += source.rows;
    yield { kind: 'cells', source, sureOfDecimal: parts.evidence.sureOfDecimal };
  }
  if (rows === 0) throw new UserError('expected at least one row, got none');
}

function begin(
  head: string,
  path: string,
  { header = 'auto', delimiter, decimal, like }: CellOptions,
  missingMarks: readonly string[],
  asText: (name: string | undefined, place: number) => boolean,
): RawParts {
  const given = {
    delimiter: delimiter ?? like?.dialect?.delimiter ?? (endingOf(path) === '.tsv' ? ('\t' as const) : undefined),
    decimal: decimal ?? like?.dialect?.decimal,
    header: header === 'auto' ? undefined : header,
    missingMarks,
  };
  const parts = new RawParts(head, { ...given, asText });
  if (!like || header !== 'auto') return parts;
  // A first line of the names is a header, whatever the rows below it look like.
  const { first, dialect } = parts.evidence;
  const isHeader = first !== undefined && areNames(first, like.names);
  if (isHeader === dialect.header) return parts;
  if (!isHeader) refuseHeader(first!, like.names);
  return new RawParts(head, { ...given, header: isHeader, asText });
}

/** An empty one at the start may be left out, as R does. */
function areNames(cells: readonly string[], names: readonly string[]): boolean {
  const all = cells.length === names.length - 1 ? ['', ...cells] : cells;
  return all.length === names.length && all.every((cell, place) => (cell || `column${place}`) === names[place]);
}

function refuseHeader(cells: readonly string[], names: readonly string[]): never {
  const place = names.findIndex((name, at) => (cells[at] || `column${at}`) !== name);
  const told =
    cells.length === names.length
      ? `${show(cells[place]!)} in place of ${show(names[place]!)}`
      : `${cells.length} cells, not ${names.length}`;
  throw new UserError(
    `expected the header of the parts surveyed or none, got a line like another header: ${told}; --header no takes it for a row`,
  );
}

/** By the names of other parts, where this one has none. */
function named(source: Source, names: readonly string[] | undefined): Source {
  if (!names) return source;
  if (source.columns.length !== names.length)
    throw new UserError(
      `${argumentOf(source)}: expected ${names.length} columns as in the parts surveyed, got ${source.columns.length}`,
    );
  if (source.names && names.some((name, place) => source.names![place] !== name)) refuseHeader(source.names, names);
  return { ...source, names };
}
