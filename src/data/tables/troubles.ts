import { cut } from '../text/show.js';
import type { TableSchema } from './schema.js';

/** Troubles in a message; the others are counted. */
const MOST_TOLD = 20;
/** Characters of the options that would go on. */
const MOST_SHOWN = 400;

/** All that is wrong with a table at once, and the options under which it would be read. */
export class TableError extends RangeError {
  /** A sentence each. */
  readonly troubles: readonly string[];
  /** Options of the reader that would go on, beside those given; undefined where none would. */
  readonly suggestion: Readonly<Record<string, unknown>> | undefined;

  constructor(
    troubles: readonly string[],
    suggestion?: Readonly<Record<string, unknown>>,
    /** What was learned all the same. */
    readonly learned?: Pick<TableSchema, 'columns' | 'leftOut'>,
  ) {
    const options = Object.entries(suggestion ?? {}).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    const told =
      troubles.length > MOST_TOLD ? [...troubles.slice(0, MOST_TOLD), `${troubles.length - MOST_TOLD} more`] : troubles;
    super(
      told.join('; ') + (options.length > 0 ? `; would go on with { ${cut(options.join(', '), MOST_SHOWN)} }` : ''),
    );
    this.name = 'RangeError';
    this.troubles = troubles;
    this.suggestion = suggestion;
  }
}

/** What would make a reader go on: words for lists of words are added to those given. */
export interface Remedy {
  readonly ignore?: string;
  readonly missing?: 'mean' | 'mode';
  readonly missingMarks?: readonly string[];
}

/** Lists that the caller has given already. */
type Given = Readonly<Record<'ignore' | 'missingMarks', readonly string[]>>;

/** Gathers what is wrong, and what would help. */
export class Troubles {
  private readonly list: { readonly told: string; readonly remedy: Remedy | undefined }[] = [];
  private readonly hints: Remedy[] = [];

  /** @param remedy undefined where no option helps */
  add(told: string, remedy?: Remedy): void {
    this.list.push({ told, remedy });
    if (remedy) this.hints.push(remedy);
  }

  /** What is no trouble alone, but may be why there are others, is told with them; else it is a warning. */
  addTo(warnings: string[], told: string): void {
    if (this.list.length > 0) this.add(told);
    else warnings.push(told);
  }

  /** Is no trouble, but better done as well where there is one. */
  advise(remedy: Remedy): void {
    this.hints.push(remedy);
  }

  /** TableError with all of them, if there are any. */
  throwAny(given: Given = { ignore: [], missingMarks: [] }, learned?: TableError['learned']): void {
    if (this.list.length === 0) return;
    const helps = this.list.every(({ remedy }) => remedy !== undefined);
    throw new TableError(
      this.list.map(({ told }) => told),
      helps ? this.suggestion(given) : undefined,
      learned,
    );
  }

  private suggestion(given: Given): Record<string, unknown> {
    const fills = this.hints.flatMap(({ missing }) => missing ?? []);
    const marks = this.hints.flatMap(({ missingMarks }) => missingMarks ?? []);
    const ignored = this.hints.flatMap(({ ignore }) => ignore ?? []);
    return {
      ...(fills.length > 0 ? { missing: fills.includes('mode') ? 'mode' : 'mean' } : {}),
      ...(marks.length > 0 ? { missingMarks: [...new Set([...given.missingMarks, ...marks])] } : {}),
      ...(ignored.length > 0 ? { ignore: [...new Set([...given.ignore, ...ignored])] } : {}),
    };
  }
}
