import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Address } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { type engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, copyOf, sameBits } from '../support/numbers.js';
import { type Pattern, randomRows } from '../support/patterns.js';
import * as twin from './twins/information.js';
import { log } from './twins/math.js';
import { compressColumns } from './twins/rows.js';

/** T(k) = k ln k as the kernels have it. */
function tableOf(n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, k) => (k === 0 ? 0 : k * log(k)));
}

kernelTest('count_table', 'every n from 0 to 66, bits of the twin', (fill) => {
  for (let n = 0; n <= 66; n++) {
    guarded((memory) => {
      const table = memory.output(new Float64Array(n + 1).fill(-1));
      fill(table.at, n);
      sameBits(table.read(), tableOf(n), `n ${n}`);
    });
  }
});

kernelTest('count_table', 'within 1e-15, relative, of k Math.log(k) up to 200,000', (fill) => {
  guarded((memory) => {
    const table = memory.output(new Float64Array(200_001));
    fill(table.at, 200_000);
    close(
      table.read(),
      table.read().map((_, k) => (k === 0 ? 0 : k * Math.log(k))),
      { relative: 1e-15 },
      'table',
    );
  });
});

kernelTest('pair_counts_rows', 'equals counting pairs one by one, with empty rows and variables never on', (count) => {
  const draws = new Draws(1);
  for (let times = 0; times < 40; times++) {
    const [rows, d] = [draws.below(40), 1 + draws.below(12)];
    const pattern = randomRows(draws, rows, d);
    const columns = compressColumns(pattern, d);
    const on = (r: number, c: number) => pattern.index.subarray(pattern.start[r]!, pattern.start[r + 1]!).includes(c);
    for (let v = 0; v < d; v++) {
      guarded((memory) => {
        const out = memory.output(new Int32Array(d).fill(-5));
        const [rowStart, rowIndex] = [memory.input(pattern.start).at, memory.input(pattern.index).at];
        const [columnStart, columnRow] = [memory.input(columns.start).at, memory.input(columns.row).at];
        count(out.at, rowStart, rowIndex, columnStart, columnRow, v, d);
        const expected = Int32Array.from({ length: d }, (_, u) => {
          let both = 0;
          for (let r = 0; r < rows; r++) if (on(r, u) && on(r, v)) both++;
          return both;
        });
        sameBits(out.read(), expected, `v ${v} of ${d}, ${rows} rows`);
      });
    }
  }
});

/** Bits of d columns of `words` 64-bit words, as 32-bit halves, and their naive co-occurrence count. */
function randomBits(draws: Draws, d: number, words: number) {
  const bits = Uint32Array.from({ length: 2 * words * d }, () => {
    const kind = draws.below(6);
    return kind === 0 ? 0 : kind === 1 ? 0xffffffff : draws.word();
  });
  const both = (u: number, v: number) => {
    let count = 0;
    for (let w = 0; w < 2 * words; w++) {
      const and = bits[u * 2 * words + w]! & bits[v * 2 * words + w]!;
      for (let bit = 0; bit < 32; bit++) count += (and >>> bit) & 1;
    }
    return count;
  };
  return { bits, both };
}

kernelTest(
  'pair_counts_bits',
  '1 to 9 words a column, every range in pieces, equals counting bits one by one',
  (count) => {
    const draws = new Draws(2);
    const d = 6;
    for (let words = 1; words <= 9; words++) {
      const { bits, both } = randomBits(draws, d, words);
      for (let v = 0; v < d; v++) {
        const expected = Int32Array.from({ length: d }, (_, u) => both(u, v));
        guarded((memory) => {
          const at = memory.input(bits).at;
          for (let cut = 0; cut <= d; cut++) {
            const out = memory.output(new Int32Array(d).fill(-5));
            count(out.at, at, v, words, cut, d);
            sameBits(out.read().fill(-5, cut), new Int32Array(d).fill(-5), 'before the rest');
            sameBits(out.read().subarray(0, cut), new Int32Array(cut).fill(-5), 'outside the range');
            count(out.at, at, v, words, 0, cut);
            sameBits(out.read(), expected, `${words} words, v ${v}, cut ${cut}`);
          }
        });
      }
    }
  },
);

kernelTest('pair_counts_bits', 'long columns that are all ones', (count) => {
  guarded((memory) => {
    const words = 1001;
    const out = memory.output(new Int32Array(2));
    count(out.at, memory.input(new Uint32Array(4 * words).fill(0xffffffff)).at, 1, words, 0, 2);
    sameBits(out.read(), [64 * words, 64 * words], 'counts');
  });
});

/** Random binary variables: how often each is on, and how often v and u are on together, consistent with some data of n rows. */
function randomCounts(draws: Draws, d: number, n: number) {
  const on = Array.from({ length: d }, () => {
    const rate = [0, 1, 0.5, 0.1, draws.unit()][draws.below(5)]!;
    return Array.from({ length: n }, () => draws.unit() < rate);
  });
  const ones = Int32Array.from(on, (rows) => rows.filter(Boolean).length);
  const both = on.map((a) => Int32Array.from(on, (b) => a.filter((x, r) => x && b[r]).length));
  return { ones, both };
}

/** Places what information_binary reads besides the counts. */
function placeMargins(memory: GuardedMemory, ones: Int32Array, n: number) {
  const table = tableOf(n);
  const margin = Float64Array.from(ones, (k) => table[k]! + table[n - k]!);
  const levels = Int32Array.from(new Set(ones));
  return {
    ones: memory.input(ones).at,
    margin: memory.input(margin).at,
    table: memory.input(table).at,
    zero: memory.output(new Float64Array(n + 1).fill(Number.NaN)).at,
    levels: memory.input(levels).at,
    levelCount: levels.length,
  };
}

kernelTest(
  'information_binary',
  'within 1e-12 of the definition, bits of the twin, the same from either side',
  (information) => {
    const draws = new Draws(3);
    for (const n of [1, 2, 3, 10, 97]) {
      const d = 9;
      const { ones, both } = randomCounts(draws, d, n);
      const rows: Float64Array[] = [];
      const table = tableOf(n);
      for (let v = 0; v < d; v++) {
        guarded((memory) => {
          const at = placeMargins(memory, ones, n);
          const count = memory.input(both[v]!).at;
          const out = memory.output(new Float64Array(d).fill(-5));
          information(out.at, count, at.ones, at.margin, at.table, at.zero, at.levels, at.levelCount, v, n, 0, d);
          rows.push(out.read());
          const cells = (u: number) => {
            const [k, nu, nv] = [both[v]![u]!, ones[u]!, ones[v]!];
            return [k, nv - k, nu - k, n - nu - nv + k];
          };
          const everyOther = Array.from({ length: d }, (_, u) => u);
          close(
            out.read(),
            everyOther.map((u) => twin.information(cells(u), 2, 2)),
            { absolute: 1e-12 },
            `n ${n}`,
          );
          const bits = everyOther.map((u) => twin.informationBinary(table, both[v]![u]!, ones[u]!, ones[v]!, n));
          sameBits(out.read(), bits, `n ${n} v ${v}`);
        });
      }
      for (let v = 0; v < d; v++) for (let u = 0; u < v; u++) assert.is(rows[v]![u], rows[u]![v], `I(${v}; ${u})`);
    }
  },
);

kernelTest('information_binary', 'ranges computed apart equal the whole; variables outside stay', (information) => {
  const draws = new Draws(4);
  const [d, n, v] = [11, 30, 4];
  const { ones, both } = randomCounts(draws, d, n);
  guarded((memory) => {
    const at = placeMargins(memory, ones, n);
    const count = memory.input(both[v]!).at;
    const run = (out: Address, u0: number, u1: number) =>
      information(out, count, at.ones, at.margin, at.table, at.zero, at.levels, at.levelCount, v, n, u0, u1);
    const whole = memory.output(new Float64Array(d));
    run(whole.at, 0, d);
    for (let cut = 0; cut <= d; cut++) {
      const pieces = memory.output(new Float64Array(d).fill(-5));
      run(pieces.at, cut, d);
      sameBits(pieces.read().subarray(0, cut), new Float64Array(cut).fill(-5), 'outside the range');
      run(pieces.at, 0, cut);
      sameBits(pieces.read(), whole.read(), `cut ${cut}`);
    }
  });
});

kernelTest(
  'information_binary',
  'of a thousand rows is exact at its ends: 0 for a constant, H(v) for v itself',
  (information) => {
    guarded((memory) => {
      const n = 1000;
      const ones = Int32Array.of(0, 1000, 500, 250);
      const at = placeMargins(memory, ones, n);
      const count = memory.input(Int32Array.of(0, 500, 500, 125)).at;
      const out = memory.output(new Float64Array(4));
      information(out.at, count, at.ones, at.margin, at.table, at.zero, at.levels, at.levelCount, 2, n, 0, 4);
      close(out.read(), [0, 0, Math.LN2, 0], { absolute: 1e-13 }, 'information');
      assert.ok(out.read().every((x) => x >= 0));
    });
  },
);

kernelTest('joint_counts', '1 to 5 states by 1 to 5, 0 to 40 rows, equals counting one by one', (count) => {
  const draws = new Draws(5);
  for (let ka = 1; ka <= 5; ka++) {
    for (let kb = 1; kb <= 5; kb++) {
      const n = draws.below(41);
      const first = Uint8Array.from({ length: n }, () => draws.below(ka));
      const second = Uint8Array.from({ length: n }, () => draws.below(kb));
      guarded((memory) => {
        const joint = memory.output(new Int32Array(ka * kb).fill(-5));
        count(joint.at, memory.input(first).at, memory.input(second).at, ka, kb, n);
        const expected = new Int32Array(ka * kb);
        for (let i = 0; i < n; i++) expected[first[i]! * kb + second[i]!]!++;
        sameBits(joint.read(), expected, `${ka} by ${kb} states, ${n} rows`);
      });
    }
  }
});

kernelTest('joint_counts', '256 states', (count) => {
  guarded((memory) => {
    const states = Uint8Array.from({ length: 256 }, (_, i) => i);
    const joint = memory.output(new Int32Array(65536).fill(-5));
    count(joint.at, memory.input(states).at, memory.input(states.slice().reverse()).at, 256, 256, 256);
    const expected = new Int32Array(65536);
    for (let i = 0; i < 256; i++) expected[i * 256 + 255 - i] = 1;
    sameBits(joint.read(), expected, 'joint');
  });
});

kernelTest('sum_k_log_k', '0 to 20 counts: sorted in place, the same bits in any order, smallest first', (sum) => {
  const draws = new Draws(6);
  const table = tableOf(1000);
  for (let k = 0; k <= 20; k++) {
    const counts = Int32Array.from({ length: k }, () => (draws.below(4) ? draws.below(1001) : 0));
    const sorted = copyOf(counts).sort();
    const expected = sorted.reduce((total, count) => total + table[count]!, 0);
    guarded((memory) => {
      const atTable = memory.input(table).at;
      for (let times = 0; times < 10; times++) {
        const order = draws.permutation(k);
        const count = memory.output(Int32Array.from(order, (i) => counts[i]!));
        sameBits([sum(count.at, atTable, k)], [expected], `${k} counts`);
        sameBits(count.read(), sorted, 'sorted');
      }
    });
  }
});

kernelTest(
  'information_joint',
  '1 to 5 states by 1 to 5, within 1e-12 of the definition, the same transposed',
  (information) => {
    const draws = new Draws(7);
    for (let ka = 1; ka <= 5; ka++) {
      for (let kb = 1; kb <= 5; kb++) {
        const joint = Int32Array.from({ length: ka * kb }, () => draws.below(3) * draws.below(30));
        joint[0]!++;
        const n = joint.reduce((a, b) => a + b, 0);
        const table = tableOf(n);
        const sumOf = (counts: number[]) => counts.sort((a, b) => a - b).reduce((total, k) => total + table[k]!, 0);
        const cell = (a: number, b: number) => joint[a * kb + b]!;
        const states = (k: number) => Array.from({ length: k }, (_, i) => i);
        const ha = sumOf(states(ka).map((a) => states(kb).reduce((total, b) => total + cell(a, b), 0)));
        const hb = sumOf(states(kb).map((b) => states(ka).reduce((total, a) => total + cell(a, b), 0)));
        const transposed = Int32Array.from({ length: ka * kb }, (_, i) => cell(i % ka, Math.floor(i / ka)));
        guarded((memory) => {
          const atTable = memory.input(table).at;
          const value = information(memory.output(joint).at, atTable, ha, hb, ka, kb, n);
          const other = information(memory.output(transposed).at, atTable, hb, ha, kb, ka, n);
          close([value], [twin.information(joint, ka, kb)], { absolute: 1e-12 }, `${ka} by ${kb}`);
          sameBits([other], [value], 'transposed');
          assert.ok(value >= 0);
        });
      }
    }
  },
);

/** Runs Prim from `root` to the end, looking at the open list after each step; returns the edges, as Kruskal orders ends. */
function prim(step: typeof engine.kernels.prim_step, weights: Float64Array, d: number, root: number): twin.Edge[] {
  return guarded((memory) => {
    const all = Int32Array.from({ length: d }, (_, v) => v);
    const key = memory.output(new Float64Array(d).fill(-1));
    const parent = memory.output(new Int32Array(d).fill(-1));
    const [open, position] = [memory.output(all), memory.output(all)];
    const rows = Array.from(all, (v) => memory.input(weights.slice(v * d, v * d + d)).at);
    const joined = new Set<number>();
    for (let v = root, left = d; left > 0; left--) {
      assert.ok(v >= 0 && v < d && !joined.has(v), `step ${d - left} gave ${v}`);
      joined.add(v);
      v = step(key.at, parent.at, open.at, position.at, rows[v]!, left, v);
      const [list, places] = [open.read().subarray(0, left - 1), position.read()];
      assert.equal(
        [...list].sort((a, b) => a - b),
        [...all].filter((u) => !joined.has(u)),
        'the open vertices',
      );
      list.forEach((u, i) => void assert.is(places[u], i, `position of ${u}`));
      if (left === 1) assert.is(v, -1, 'after the last vertex');
    }
    const [keys, parents] = [key.read(), parent.read()];
    return [...all]
      .filter((v) => parents[v]! >= 0)
      .map((v) => ({ a: Math.min(v, parents[v]!), b: Math.max(v, parents[v]!), weight: keys[v]! }));
  });
}

const inOrder = (edges: twin.Edge[]) => edges.sort((x, y) => x.a - y.a || x.b - y.b);

function symmetric(d: number, weight: () => number): Float64Array {
  const weights = new Float64Array(d * d);
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) weights[a * d + b] = weights[b * d + a] = weight();
  return weights;
}

kernelTest('prim_step', 'gives Kruskal’s tree for 1 to 14 vertices and any root, with many ties', (step) => {
  const draws = new Draws(8);
  for (let d = 1; d <= 14; d++) {
    for (const kinds of [1, 2, 3, 1000]) {
      const weights = symmetric(d, () => draws.below(kinds) / 7);
      const expected = inOrder(twin.kruskal(weights, d));
      assert.is(expected.length, d - 1);
      for (const root of new Set([0, d - 1, draws.below(d)])) {
        assert.equal(inOrder(prim(step, weights, d, root)), expected, `${d} vertices, ${kinds} weights, root ${root}`);
      }
    }
  }
});

kernelTest(
  'prim_step',
  'gives Kruskal’s forest where pairs are forbidden (-2), and takes required ones (infinite)',
  (step) => {
    const draws = new Draws(9);
    for (let times = 0; times < 60; times++) {
      const d = 2 + draws.below(10);
      const weights = symmetric(d, () => [-2, -2, -2, 0, 0.5, 0.5, 1][draws.below(7)]!);
      const [a, b] = draws.permutation(d);
      weights[a! * d + b!] = weights[b! * d + a!] = Number.POSITIVE_INFINITY;
      const edges = inOrder(prim(step, weights, d, draws.below(d)));
      assert.equal(edges, inOrder(twin.kruskal(weights, d)));
      assert.ok(edges.some((edge) => edge.weight === Number.POSITIVE_INFINITY));
    }
  },
);

/** Runs prim_join_rows from `root` to the end over binary rows; returns the edges, smaller end first. */
function primRows(
  join: typeof engine.kernels.prim_join_rows,
  pattern: Pattern,
  d: number,
  root: number,
): { edges: twin.Edge[]; weights: Float64Array } {
  const n = pattern.start.length - 1;
  const columns = compressColumns(pattern, d);
  const ones = Int32Array.from({ length: d }, (_, v) => columns.start[v + 1]! - columns.start[v]!);
  const table = tableOf(n);
  const vertex = Int32Array.from({ length: d }, (_, v) => v).sort((a, b) => ones[a]! - ones[b]! || a - b);
  const slot = new Int32Array(d);
  vertex.forEach((v, s) => {
    slot[v] = s;
  });
  const levelOnes = [...new Set(vertex.map((v) => ones[v]!))];
  const levelStart = [...levelOnes.map((k) => vertex.findIndex((v) => ones[v] === k)), d];
  const members = Array.from(
    { length: d },
    (_, v) => new Set(columns.row.subarray(columns.start[v], columns.start[v + 1])),
  );
  const weights = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < a; b++) {
      const both = [...members[a]!].filter((r) => members[b]!.has(r)).length;
      weights[a * d + b] = weights[b * d + a] = twin.informationBinary(table, both, ones[a]!, ones[b]!, n);
    }
  }
  return guarded((memory) => {
    const key = memory.output(new Float64Array(d).fill(-1));
    const parent = memory.output(new Int32Array(d).fill(-1));
    const count = memory.output(new Int32Array(d));
    const margin = Float64Array.from(ones, (k) => table[k]! + table[n - k]!);
    const at = [
      key.at,
      parent.at,
      memory.output(new Float64Array(Math.ceil(d / 64)).fill(-1)).at,
      memory.output(new Float64Array(levelOnes.length).fill(-1)).at,
      count.at,
      memory.output(new Int32Array(d)).at,
      memory.input(vertex).at,
      memory.input(slot).at,
      memory.input(Int32Array.from(levelStart)).at,
      memory.input(Int32Array.from(levelOnes)).at,
      memory.input(ones).at,
      memory.input(margin).at,
      memory.input(table).at,
      memory.input(pattern.start).at,
      memory.input(pattern.index).at,
      memory.input(columns.start).at,
      memory.input(columns.row).at,
    ] as const;
    const edges: twin.Edge[] = [];
    const joined = new Set<number>();
    for (let v = root, step = 0; step < d; step++) {
      assert.ok(v >= 0 && v < d && !joined.has(v), `step ${step} gave ${v}`);
      joined.add(v);
      const from = parent.read()[slot[v]!]!;
      if (step > 0) edges.push({ a: Math.min(v, from), b: Math.max(v, from), weight: key.read()[slot[v]!]! });
      v = join(...at, v, n, d, levelOnes.length);
      if (step % 16 === 0) sameBits(count.read(), new Int32Array(d), 'counts are left as zeros');
      if (step === d - 1) assert.is(v, -1, 'after the last vertex');
    }
    return { edges, weights };
  });
}

kernelTest(
  'prim_join_rows',
  'gives Kruskal’s tree, weights bit for bit, for 1 to 12 variables and any root, with many ties',
  (join) => {
    const draws = new Draws(10);
    for (let d = 1; d <= 12; d++) {
      for (let times = 0; times < 12; times++) {
        const pattern = randomRows(draws, 1 + draws.below(14), d, draws.unit());
        const { edges, weights } = primRows(join, pattern, d, draws.below(d));
        assert.equal(inOrder(edges), inOrder(twin.kruskal(weights, d)), `${d} variables`);
      }
    }
  },
);

kernelTest(
  'prim_join_rows',
  'gives Kruskal’s tree around its blocks of 64 variables, most pairs never together',
  (join) => {
    const draws = new Draws(11);
    for (const d of [63, 64, 65, 127, 128, 129]) {
      for (const density of [0.01, 0.05]) {
        const pattern = randomRows(draws, 60, d, density);
        const { edges, weights } = primRows(join, pattern, d, draws.below(d));
        assert.equal(inOrder(edges), inOrder(twin.kruskal(weights, d)), `${d} variables, density ${density}`);
      }
    }
  },
);

test.run();
