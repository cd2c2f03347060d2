import type { Outline } from './outline.js';

/** Below so many features there are no texts or fingerprints, and a net of the papers' sizes would be out of proportion. */
export const FEW_COLUMNS = 200;

/**
 * Whether rows are those of a table, and not texts or fingerprints, for which the defaults are the papers': by what they hold, since a table may be stored as sparse rows. Of texts and
 * fingerprints some hundredths of the entries are there at most.
 */
export function isTabular({ features, rows, columns, entries }: Outline): boolean {
  if (features.kind !== 'sparse') return features.kind === 'dense';
  return columns < FEW_COLUMNS || 10 * (entries ?? features.index.length) >= rows * columns;
}
