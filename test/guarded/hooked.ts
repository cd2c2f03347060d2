// Run under the hook by guard.test.ts: does what must pass, then what must not, and prints how it went.
import * as espalier from 'espalier';
import { countData, mergeCounts } from 'espalier/counts';
import type { Address } from '#dist/runtime/address.js';
import { createEngine } from '#dist/runtime/engine.js';
import { trainingDigest } from '../support/digest.js';

type Six = readonly [Address, Address, Address, Address, Address, Address];

const digests = await trainingDigest(espalier);

const engine = await createEngine();
// What small runs over made-up data do not come to.
await espalier.targetInformation(
  espalier.Dataset.dense([[0], [1], [2]], { labels: Int32Array.of(0, 1, 1), classes: 2 }),
  { bins: 3 },
);
// Counts of parts, and pairs of dense columns.
const wide = espalier.Dataset.dense(
  Array.from({ length: 520 }, (_, r) => Array.from({ length: 100 }, (_, c) => Number((r * (c + 3)) % 7 < 3))),
);
await espalier.chowLiuTree(wide);
const sparse = (rows: number[]) => {
  const index = Int32Array.from(rows.flatMap((r) => [r % 5, 5 + (r % 4), 9 + (r % 3)]));
  const start = Int32Array.from({ length: rows.length + 1 }, (_, r) => 3 * r);
  const value = new Float32Array(index.length).fill(1);
  return espalier.Dataset.sparse({ rows: rows.length, columns: 200, start, index, value });
};
const merged = await mergeCounts([await countData(sparse([1, 2, 3, 4])), await countData(sparse([5, 6, 7]))]);
await espalier.chowLiuTree(merged);
await espalier.topPairs(merged, 3);
const zeros = (bytes: number) => {
  const at = engine.arena.allocate(bytes);
  engine.u8(at, bytes).fill(0);
  return at;
};
const [list, key, ends] = [zeros(48), zeros(8), zeros(8)];
engine.i32(ends, 2)[1] = 1;
const [parent, levelMin, levelParent, levelOnes, vertex, slot] = [4, 8, 4, 4, 4, 4].map(zeros) as unknown as Six;
const [ones, margin, table] = [zeros(4), zeros(8), zeros(16)];
const reads = [key, parent, levelMin, levelParent, ends, levelOnes, vertex, slot, ones, margin, table] as const;
engine.kernels.prim_list_counted(list, zeros(8), zeros(4), 1, 0, ...reads, 1, 1);
engine.kernels.prim_pack(list, zeros(4), key, 2);
const at = engine.arena.allocate(40);
const fresh = engine.u8(at, 40).slice();
const parts = engine.f32(at, 8);
parts.fill(-1);
engine.kernels.relu(at, 8);
const relu = [...parts];
const told = [
  () => engine.kernels.relu(at, 12),
  () => engine.f32(at, 11),
  () => {
    engine.arena.release(at);
    engine.kernels.relu(at, 8);
  },
  () => engine.f32(at, 1),
].map((use) => {
  try {
    use();
    return 'nothing';
  } catch (error) {
    return String(error);
  }
});

console.log(
  JSON.stringify({ digests, fresh: [...fresh], relu, gone: [...new Uint8Array(parts.buffer, at, 32)], told }),
);
