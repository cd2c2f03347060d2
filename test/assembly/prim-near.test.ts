import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { type Pattern, randomRows } from '../support/patterns.js';
import * as twin from './twins/information.js';
import { log } from './twins/math.js';

/** Kernels of a step, one of them perhaps counted. */
type Steps = Pick<Kernels, 'prim_start' | 'prim_leave' | 'prim_near' | 'prim_nearest'>;

/** Prim's tree over some variables of binary rows, each step in parts cut anywhere, some of them empty; and Kruskal's. Edges by places in `list`. */
function treesOf(
  pattern: Pattern,
  d: number,
  list: Int32Array,
  draws: Draws,
  steps: Steps,
): [twin.Edge[], twin.Edge[]] {
  const n = pattern.start.length - 1;
  const members = Array.from({ length: d }, () => new Set<number>());
  for (let r = 0; r < n; r++) {
    for (const v of pattern.index.subarray(pattern.start[r], pattern.start[r + 1])) members[v]!.add(r);
  }
  const both = (a: number, b: number) => [...members[a]!].filter((r) => members[b]!.has(r)).length;
  const ones = Int32Array.from(members, ({ size }) => size);
  const table = Float64Array.from({ length: n + 1 }, (_, k) => (k === 0 ? 0 : k * log(k)));
  const levels = Int32Array.from(new Set(ones)).sort();
  const count = list.length;
  const weights = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const [a, b] = [list[i]!, list[j]!];
      weights[i * count + j] = twin.informationBinary(table, both(a, b), ones[a]!, ones[b]!, n);
    }
  }
  const edges = guarded((memory) => {
    const junk = (length: number) => memory.output(new Int32Array(length).fill(-7));
    const [parent, position, open] = [junk(d), junk(d), junk(count)];
    const key = memory.output(new Float64Array(d).fill(77));
    const zero = memory.output(new Float64Array(n + 1).fill(77));
    const best = memory.output(new Float64Array(2 * 4));
    const given = memory.input(list).at;
    const onesAt = memory.input(ones).at;
    const margin = memory.input(Float64Array.from(ones, (k) => table[k]! + table[n - k]!)).at;
    const [tableAt, levelsAt] = [memory.input(table).at, memory.input(levels).at];
    const counts = Array.from({ length: d }, (_, v) => memory.input(Int32Array.from(members, (_, u) => both(v, u))).at);
    const at = [key.at, parent.at, open.at] as const;
    steps.prim_start(...at, position.at, given, count);
    const joined: number[] = [];
    for (let v = list[draws.below(count)]!, left = count; left > 0; ) {
      assert.ok(list.includes(v) && !joined.includes(v), `step ${joined.length} gave ${v}`);
      joined.push(v);
      steps.prim_leave(open.at, position.at, left--, v);
      const parts = 1 + draws.below(4);
      const inner = Array.from({ length: parts - 1 }, () => draws.below(left + 1)).sort((a, b) => a - b);
      const cuts = [0, ...inner, left];
      for (let part = 0; part < parts; part++) {
        const information = [counts[v]!, onesAt, margin, tableAt, zero.at, levelsAt, levels.length, v, n] as const;
        steps.prim_near(plus(best.at, 16 * part), ...at, ...information, cuts[part]!, cuts[part + 1]!);
      }
      v = steps.prim_nearest(best.at, parts);
      if (left === 0) assert.is(v, -1, 'after the last');
    }
    const [keys, parents] = [key.read(), parent.read()];
    return joined.slice(1).map((v) => {
      const [i, j] = [list.indexOf(v), list.indexOf(parents[v]!)];
      return { a: Math.min(i, j), b: Math.max(i, j), weight: keys[v]! };
    });
  });
  const inOrder = (some: twin.Edge[]) => some.sort((x, y) => x.a - y.a || x.b - y.b);
  return [inOrder(edges), inOrder(twin.kruskal(weights, count))];
}

/** Some of d variables, rising. */
function someOf(d: number, draws: Draws): Int32Array {
  const chosen = draws.permutation(d).slice(0, 1 + draws.below(d));
  return Int32Array.from(chosen).sort();
}

/** Trees of 1 to 12 variables, with many ties. */
function manyTrees(steps: Partial<Steps>): void {
  const draws = new Draws(21);
  for (let d = 1; d <= 12; d++) {
    for (let times = 0; times < 8; times++) {
      const pattern = randomRows(draws, 1 + draws.below(14), d, draws.unit());
      const [found, expected] = treesOf(pattern, d, someOf(d, draws), draws, { ...engine.kernels, ...steps });
      assert.equal(found, expected, `${d} variables`);
    }
  }
}

const TITLE = 'in parts, Kruskal’s tree of some variables, weights bit for bit, with many ties';
kernelTest('prim_start', TITLE, (prim_start) => manyTrees({ prim_start }));
kernelTest('prim_leave', TITLE, (prim_leave) => manyTrees({ prim_leave }));
kernelTest('prim_near', TITLE, (prim_near) => manyTrees({ prim_near }));
kernelTest('prim_nearest', TITLE, (prim_nearest) => manyTrees({ prim_nearest }));

test('in parts, Kruskal’s tree where most pairs are never together', () => {
  const draws = new Draws(22);
  for (const density of [0, 0.01, 0.05]) {
    const [found, expected] = treesOf(randomRows(draws, 60, 70, density), 70, someOf(70, draws), draws, engine.kernels);
    assert.equal(found, expected, `density ${density}`);
  }
});

test.run();
