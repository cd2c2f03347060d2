import type { TableSettings } from './options.js';
import type { Source } from './source.js';
import type { Troubles } from './troubles.js';

/** What a column's kind is decided by. */
export interface Context {
  readonly source: Source;
  readonly options: TableSettings;
  readonly troubles: Troubles;
  readonly warnings: string[];
}
