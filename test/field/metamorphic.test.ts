// What may not matter does not: the same table in another unit, order, dialect or file gives the same tree and the same net.
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, espalier, Scratch } from '../support/cli.js';
import { Random } from '../support/random.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

type Cell = string | number;
interface Grid {
  names: string[];
  rows: Cell[][];
}

/** Numbers of unlike scale that hang together, and a kind that two of them tell. */
function grid(): Grid {
  const random = new Random(7);
  const rows = Array.from({ length: 240 }, () => {
    const size = 16 * random.next();
    const weight = size + 4 * random.next();
    const colour = ['red', 'green', 'blue'][random.below(3)]!;
    const kind = colour === 'red' ? 'apple' : size > 8 ? 'melon' : 'grape';
    // Sixteenths, which doubles and halves keep exactly.
    return [Math.round(16 * size) / 16, Math.round(16 * weight) / 16, random.below(90) + 10, colour, kind];
  });
  return { names: ['size', 'weight', 'year', 'colour', 'kind'], rows };
}

interface Look {
  delimiter?: string;
  end?: string;
  bom?: string;
  quote?: boolean;
  decimal?: string;
}

function written(
  { names, rows }: Grid,
  { delimiter = ',', end = '\n', bom = '', quote = false, decimal = '.' }: Look = {},
): string {
  const cell = (value: Cell) => {
    const text = typeof value === 'number' ? String(value).replace('.', decimal) : value;
    return quote || text.includes(delimiter) ? `"${text}"` : text;
  };
  return `${bom}${[names, ...rows].map((row) => row.map(cell).join(delimiter) + end).join('')}`;
}

interface TreeAnswer {
  totalMutualInformation: number;
  strongest: { names: string[]; information: number }[];
}

/** The tree by names, whatever the order of its columns. */
async function treeOf(name: string, contents: string | Uint8Array, ...more: string[]): Promise<string> {
  const { strongest } = await answers<TreeAnswer>(['tree', scratch.file(name, contents), '--top', '100', ...more]);
  const edges = strongest.map(({ names, information }) => `${[...names].sort().join('-')} ${information.toFixed(9)}`);
  return edges.sort().join('\n');
}

async function accuracyOf(name: string, contents: string, ...more: string[]): Promise<number> {
  const file = scratch.file(name, contents);
  const args = ['train', '--data', file, '--test', file, '--method', 'dense', '--epochs', '30', ...more];
  return (await answers<{ testAccuracy: number }>(args)).testAccuracy;
}

const LOOKS: Record<string, Look> = {
  semicolons: { delimiter: ';' },
  tabs: { delimiter: '\t' },
  pipes: { delimiter: '|' },
  'carriage returns': { end: '\r\n' },
  'old line ends': { end: '\r' },
  'a byte-order mark': { bom: '\ufeff' },
  quotes: { quote: true },
  'decimal commas': { delimiter: ';', decimal: ',' },
  'quoted decimal commas': { decimal: ',', quote: true },
};

test('delimiter, decimal mark, line ends, byte-order mark and quoting change no tree and no net', async () => {
  const right = await treeOf('plain.csv', written(grid()));
  const net = scratch.path('plain.safetensors');
  const train = (file: string, out: string) =>
    espalier(['train', '--data', file, '--method', 'dense', '--epochs', '2', '--out', out, '--json']);
  assert.is((await train(scratch.path('plain.csv'), net)).code, 0);
  const told = (await espalier(['predict', net, scratch.path('plain.csv')])).stdout;
  for (const [look, options] of Object.entries(LOOKS)) {
    const name = `${look.replaceAll(' ', '-')}.csv`;
    assert.is(await treeOf(name, written(grid(), options)), right, look);
    const other = scratch.path(`${name}.safetensors`);
    assert.is((await train(scratch.path(name), other)).code, 0, look);
    assert.is((await espalier(['predict', other, scratch.path(name)])).stdout, told, look);
  }
});

test('a gzipped table is the table', async () => {
  const text = written(grid());
  assert.is(await treeOf('packed.csv.gz', gzipSync(text)), await treeOf('unpacked.csv', text));
});

test('the order of rows and of columns changes no tree', async () => {
  const { names, rows } = grid();
  const right = await treeOf('straight.csv', written({ names, rows }));
  const turned = { names: [...names].reverse(), rows: rows.map((row) => [...row].reverse()) };
  assert.is(await treeOf('turned.csv', written(turned)), right);
  assert.is(await treeOf('upside-down.csv', written({ names, rows: [...rows].reverse() })), right);
});

test('unit and offset of a column change no tree, cut in two or in more', async () => {
  for (const more of [[], ['--bins', '4']]) {
    const right = await treeOf('unit.csv', written(grid()), ...more);
    for (const [a, b] of [
      [2, 0],
      [3, 0],
      [0.1, 0],
      [1, 1e6],
      [1000, -5e7],
    ] as const) {
      const { names, rows } = grid();
      const moved = rows.map(([size, weight, year, ...rest]) => [
        a * (size as number) + b,
        a * (weight as number) + b,
        a * (year as number) + b,
        ...rest,
      ]);
      assert.is(await treeOf('moved.csv', written({ names, rows: moved }), ...more), right, `${a} x + ${b} ${more}`);
    }
  }
});

test('unit, offset and order of columns change how often a net is right by next to nothing', async () => {
  const { names, rows } = grid();
  const right = await accuracyOf('right.csv', written({ names, rows }));
  assert.ok(right > 0.9, `accuracy ${right}`);
  const moved = rows.map(([size, ...rest]) => [1000 * (size as number) - 5e6, ...rest]);
  const order = [2, 3, 1, 0, 4];
  const mixed = { names: order.map((i) => names[i]!), rows: rows.map((row) => order.map((i) => row[i]!)) };
  for (const other of [{ names, rows: moved }, mixed])
    assert.ok(Math.abs((await accuracyOf('other.csv', written(other))) - right) < 0.03);
});

test('the unit of what is learned changes no R², and the RMSE by as much', async () => {
  const { names, rows } = grid();
  const told = async (a: number, b: number) => {
    const changed = rows.map(([size, weight, year, colour]) => [size!, year!, colour!, a * (weight as number) + b]);
    const file = scratch.file('values.csv', written({ names: ['size', 'year', 'colour', 'weight'], rows: changed }));
    assert.is(names.length, 5);
    const args = ['train', '--data', file, '--test', file, '--method', 'dense', '--epochs', '30'];
    return answers<{ testRmse: number; r2: number; meanOnlyRmse: number }>(args);
  };
  const right = await told(1, 0);
  assert.ok(right.r2 > 0.8, `R² ${right.r2}`);
  for (const [a, b] of [
    [1024, 0],
    [0.001, 3],
    [1000, 1e9],
    [-2, 0],
  ] as const) {
    const { testRmse, r2, meanOnlyRmse } = await told(a, b);
    assert.ok(Math.abs(r2 - right.r2) < 0.02, `R² ${r2} of ${a} x + ${b}, ${right.r2} before`);
    assert.ok(Math.abs(testRmse / Math.abs(a) - right.testRmse) < 0.05 * right.testRmse + 0.01, `RMSE ${testRmse}`);
    assert.ok(Math.abs(meanOnlyRmse / Math.abs(a) / right.meanOnlyRmse - 1) < 1e-6);
  }
});

test.run();
