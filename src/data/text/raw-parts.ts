import { atOnce } from '../../runtime/steps.js';
import type { RawTable } from '../tables/raw.js';
import { type DialectEvidence, type GivenDialect, sniff } from './dialect.js';
import { type RawOptions, RawReader } from './read-raw.js';
import { RecordSlices, wholeRecords } from './records.js';
import { MOST_COLUMNS } from './sample.js';

/** How the parts of a text are read. */
export interface RawPartOptions extends GivenDialect {
  readonly asText: NonNullable<RawOptions['asText']>;
}

/** A text's cells, read in parts that may be cut anywhere; line ends are LF. All different texts of a part are kept. */
export class RawParts {
  /** What the beginning tells of delimiter, decimal mark, header and number formats. */
  readonly evidence: DialectEvidence;
  readonly #options: RawPartOptions;
  readonly #slices: RecordSlices;
  #header: readonly string[] | undefined;
  /** Where the first part's table begins. */
  #from: number;
  #rest = '';

  /** @param head of the first part, a megabyte or all of it */
  constructor(head: string, options: RawPartOptions) {
    this.evidence = sniff(head, options);
    this.#options = options;
    const { dialect, at, line } = this.evidence;
    this.#slices = new RecordSlices({ delimiter: dialect.delimiter, at: 0, line, mostCells: MOST_COLUMNS });
    this.#from = at;
  }

  /**
   * The rows that are whole, of a part and of what was left of the one before; none may be, then there may be no columns either.
   * @param last whether no part follows
   * @throws RangeError as readRaw does
   */
  take(part: string, last: boolean): RawTable {
    const { evidence } = this;
    const text = this.#rest + part;
    const header = evidence.dialect.header && this.#header === undefined;
    const { asText, missingMarks } = this.#options;
    // R names no column of row names.
    const shift = this.#header?.length === evidence.width - 1 ? 1 : 0;
    const options = {
      missingMarks,
      keepTexts: () => true,
      asText: (name: string | undefined, place: number) => asText(name ?? this.#header?.[place - shift], place),
    };
    const dialect = { ...evidence.dialect, header };
    const reader = new RawReader(text, { ...evidence, dialect, at: this.#from }, options, true);
    const { at, trouble } = atOnce(wholeRecords(this.#slices, text, this.#from, last, reader.take));
    if (trouble !== undefined) throw new RangeError(trouble.message);
    this.#rest = text.slice(at);
    this.#from = 0;
    const raw = atOnce(reader.finished());
    this.#header ??= raw.header;
    return { ...raw, dialect: evidence.dialect, header: this.#header };
  }
}
