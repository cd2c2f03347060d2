import { Dataset, type ImageMatrix } from 'espalier';
import { loadNamed, type NamedSet } from '#dist/cli/read/named-data.js';
import { Random } from '../../test/support/random.js';
import type { NetSet } from './net-set.js';
import { rowsSet } from './rows-set.js';

/** Images as rows of pixels in an order of chance, so that only the data can tell which belong together; of colours their mean. At most so many to learn from and to test. */
export async function shuffledPixels(source: NamedSet, name: string, most: number): Promise<NetSet> {
  const { train, test } = await loadNamed(source);
  const order = new Random(0);
  const { height, width } = train.features as ImageMatrix;
  const places = order.permutation(height * width);
  const draw = (data: Dataset) => rowsOf(data, new Random(1).permutation(data.rows).slice(0, most), places);
  return rowsSet(name, 'accuracy', draw(train), draw(test));
}

function rowsOf(data: Dataset, rows: readonly number[], places: readonly number[]): Dataset {
  const { features, targets } = data.subset(rows) as Dataset & { features: ImageMatrix };
  const { values, channels } = features;
  const columns = places.length;
  const scale = values instanceof Float32Array ? 1 / channels : 1 / (255 * channels);
  const out = new Float32Array(rows.length * columns);
  for (let r = 0; r < rows.length; r++)
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++)
        sum += values[(r * channels + channel) * columns + places[c]!]!;
      out[r * columns + c] = sum * scale;
    }
  return new Dataset({ kind: 'dense', rows: rows.length, columns, values: out }, targets);
}
