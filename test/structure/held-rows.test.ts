import { chowLiuTree, createEngine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';

/** Rows of a few of the columns, mostly the first, with numbers 2 and 3; some are 0.25 where `some`. */
function rowsOf(rows: number, columns: number, some = false) {
  const random = new Random(7);
  const start = new Int32Array(rows + 1);
  const [index, value]: [number[], number[]] = [[], []];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (random.next() > 3 / (c + 4)) continue;
      index.push(c);
      value.push(some && random.below(3) === 0 ? 0.25 : 2 + random.below(2));
    }
    start[r + 1] = index.length;
  }
  const kind = 'sparse' as const;
  return { kind, rows, columns, start, index: Int32Array.from(index), value: Float32Array.from(value) };
}

/** The same numbers with their zeros. */
function dense({ rows, columns, start, index, value }: ReturnType<typeof rowsOf>) {
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let e = start[r]!; e < start[r + 1]!; e++) values[r * columns + index[e]!] = value[e]!;
  return { kind: 'dense' as const, rows, columns, values };
}

test('sparse rows cut anywhere give the tree of the same numbers with their zeros', async () => {
  for (const some of [false, true]) {
    const features = rowsOf(300, 40, some);
    for (const threshold of [0, 0.2, 0.25, 1, 2, 2.5, 3, -1, 'mean'] as const) {
      const forms = [features, dense(features)].map(async (form) => {
        const { edges } = await chowLiuTree({ features: form }, { threshold });
        return edges;
      });
      const [sparse, whole] = await Promise.all(forms);
      assert.equal(sparse, whole, `${some}, ${threshold}`);
    }
  }
});

test('what is written to sparse rows while a tree grows changes nothing, and no memory stays in use', async () => {
  const engine = await createEngine({ threads: 1 });
  const features = rowsOf(3000, 400);
  for (const constraints of [{}, { forbidden: [[0, 1]] as const }]) {
    const { edges: wanted } = await chowLiuTree({ features }, { engine, ...constraints });
    const used = engine.arena.used;
    const given = { ...features, index: features.index.slice(), value: features.value.slice() };
    const growing = chowLiuTree({ features: given }, { engine, ...constraints });
    // They are read once the engine and the modules are there.
    for (let i = 0; i < 10_000 && engine.arena.used === used; i++) await undefined;
    assert.ok(engine.arena.used > used, 'the rows are in the engine, the tree is not there');
    given.index.fill(1_000_000);
    given.value.fill(Number.NaN);
    assert.equal((await growing).edges, wanted);
    assert.is(engine.arena.used, used);
  }
  engine.dispose();
});

test.run();
