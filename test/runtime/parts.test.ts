// Work in parts: each output once, whole steps, results of all parts in their order.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Address } from '#dist/runtime/address.js';
import { createEngine } from '#dist/runtime/engine.js';
import { Pace } from '#dist/runtime/pace.js';
import { inParts, inRanges, ownOf, partSize } from '#dist/runtime/parts.js';

const test = suite('runtime/parts');

const WORKS = [0, 1e3, 3e6, 2e7, 1e9, 2e10];

test('every output of every tile is in one part, which begins at a whole step', async () => {
  const engine = await createEngine({ threads: 1 });
  for (const work of WORKS) {
    for (const [tiles, outputs, step] of [
      [1, 1, 1],
      [3, 50, 8],
      [200, 7, 4],
      [17, 333, 1],
    ] as const) {
      const seen = new Uint8Array(tiles * outputs);
      await inParts(engine, new Pace(), work, tiles, outputs, step, (_, from, to, tile0, tile1) => {
        assert.is(from % step, 0);
        for (let t = tile0; t < tile1; t++) for (let o = from; o < to; o++) seen[t * outputs + o]!++;
      });
      assert.ok(
        seen.every((times) => times === 1),
        `${work} over ${tiles} x ${outputs}`,
      );
    }
  }
  await inRanges(engine, new Pace(), 0, 0, 1, () => assert.unreachable());
});

test('what parts keep is there in their order, of however many forks', async () => {
  const engine = await createEngine({ threads: 2 });
  const at = engine.arena.allocate(4 * 500);
  engine.f32(at, 500).fill(1);
  engine.f32(at, 500)[77] = Number.NaN;
  for (const work of WORKS) {
    const [kept, ranges]: [number[], [number, number][]] = [[], []];
    await inRanges(
      engine,
      new Pace(),
      work,
      500,
      4,
      (fork, from, to) => {
        ranges.push([from, to]);
        fork.keep(fork.kernels.all_finite((at + 4 * from) as Address, to - from));
      },
      undefined,
      kept,
    );
    assert.equal(
      kept,
      ranges.map(([from, to]) => (from <= 77 && 77 < to ? 0 : 1)),
    );
    if (work === 2e10) assert.ok(kept.length > 100);
  }
  engine.dispose();
});

test('the size of a part never falls as the count rises', () => {
  for (const each of [10, 175_000, 450_000, 8e6, 1e9])
    for (let count = 1; count < 300; count++) assert.ok(partSize(count, each) <= partSize(count + 1, each));
});

test("a thread's own memory begins at a cache line", async () => {
  const engine = await createEngine({ threads: 1 });
  const scope = engine.scope();
  const own = ownOf(engine, scope, 65);
  assert.is(own.at % 64, 0);
  assert.is(own.bytes, 128);
  scope.dispose();
});

test.run();
