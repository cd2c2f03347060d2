// The rows of all CSV files of a folder, parted into those to learn from and those held out.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Whether a row is held out, told by the row itself: so it is on every night, and no net, old or new, has ever learned from the rows it is judged by.
 * About one of five is.
 */
export function isHeldOut(row) {
  return createHash('sha256').update(row).digest()[0] < 51;
}

/** Files are read as streams, so that requests are answered meanwhile. All must have the same header. */
export async function readRows(folder, signal) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.csv')).sort();
  if (names.length === 0) throw new Error(`${folder}: no .csv file`);
  const rows = { header: undefined, learn: [], heldOut: [] };
  for (const name of names) {
    let header;
    for await (const row of rowsOf(join(folder, name), signal)) {
      if (header === undefined) {
        header = row;
        rows.header ??= header;
        if (header !== rows.header) throw new Error(`${name}: its header is not that of ${names[0]}: ${header}`);
      } else {
        rows[isHeldOut(row) ? 'heldOut' : 'learn'].push(row);
      }
    }
  }
  return rows;
}

/** Lines, put together where a line ends within quotes; blank ones are left out. */
async function* rowsOf(path, signal) {
  let open = '';
  for await (const line of createInterface({ input: createReadStream(path, { signal }), crlfDelay: Infinity })) {
    const row = open === '' ? line.replace(/^\uFEFF/, '') : `${open}\n${line}`;
    const isOpen = (row.match(/"/g) ?? []).length % 2 === 1;
    open = isOpen ? row : '';
    if (!isOpen && row.trim() !== '') yield row;
  }
  if (open !== '') throw new Error(`${path}: a quote is opened and not closed: ${open.slice(0, 80)}`);
}
