import { requireWithin } from '../../runtime/budget.js';
import { show } from '../text/show.js';
import { type SchemaColumn, widthOf } from './schema.js';
import { argumentOf, type Source } from './source.js';

/** RangeError, naming the column with the most categories, where the features of these columns would be too large a table. */
export function requireRoom(source: Source, columns: readonly SchemaColumn[], maxMemory: number): void {
  const { rows } = source;
  const widths = columns.map(widthOf);
  const features = widths.reduce((sum, width) => sum + width, 0);
  const most = widths.reduce((a, b) => Math.max(a, b), 0);
  const name = show(columns[widths.indexOf(most)]!.name);
  requireWithin(
    maxMemory,
    rows * features * Float64Array.BYTES_PER_ELEMENT,
    argumentOf(source),
    `a table of ${rows} rows x ${features} features, ${most} of them categories of column ${name},`,
    `ignore for ${name}`,
  );
}
