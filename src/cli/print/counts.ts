import type { Counts } from '../../structure/counts/counts.js';
import { plural } from './output.js';

/** What was counted, in words. */
export function countsLine(counts: Counts): string {
  const { missing } = counts;
  const what = `${plural(counts.rows, 'row')}, ${plural(counts.variables, 'variable')}`;
  return missing === undefined ? what : `${what}, without ${missing}`;
}

/** What --json holds of counts. `bytes`: of their file. */
export function countsFields(counts: Counts, bytes: number) {
  const { classes } = counts.contents;
  return {
    rows: counts.rows,
    variables: counts.variables,
    parts: counts.parts.length,
    ...(counts.missing === undefined ? {} : { missing: counts.missing }),
    ...(classes ? { classes: classes.labels.length } : {}),
    bytes,
  };
}
