import { Dataset } from 'espalier';
import { Random } from '../../test/support/random.js';
import { packageTables } from '../tables/real.js';
import { type BenchTable, rowsOf } from '../tables/table.js';
import type { NetSet } from './net-set.js';
import { rowsSet } from './rows-set.js';

/** Tables whose target is a class; a third of the rows is the test. */
export function tableSets(most: number): NetSet[] {
  return packageTables()
    .filter(({ classes, rows }) => classes > 0 && rows >= 300)
    .map((table) => {
      const order = new Random(1000).permutation(table.rows).slice(0, most);
      const third = Math.round(order.length / 3);
      return rowsSet(table.name, 'accuracy', dataset(table, order.slice(third)), dataset(table, order.slice(0, third)));
    });
}

function dataset(table: BenchTable, rows: readonly number[]): Dataset {
  const { values, columns, y, classes } = rowsOf(table, rows);
  return Dataset.dense(values, { columns, targets: { kind: 'classes', values: Int32Array.from(y), classes } });
}
