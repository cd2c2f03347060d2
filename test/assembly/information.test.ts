import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, NONE, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, copyOf, sameBits } from '../support/numbers.js';
import { randomRows } from '../support/patterns.js';
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
      const cut = Math.floor(n / 3);
      fill(table.at, cut, n + 1);
      fill(table.at, 0, cut);
      sameBits(table.read(), tableOf(n), `n ${n}`);
    });
  }
});

kernelTest('count_table', 'within 1e-15, relative, of k Math.log(k) up to 200,000', (fill) => {
  guarded((memory) => {
    const table = memory.output(new Float64Array(200_001));
    fill(table.at, 0, 200_001);
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
        const columnRow = memory.input(columns.row).at;
        count(out.at, rowStart, rowIndex, columnRow, columns.start[v]!, columns.start[v + 1]!, d);
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

/** Turns rows into columns in one or several parts, and compares with the naive transpose. */
function turnRows(kernels: Pick<typeof engine.kernels, 'index_counts' | 'column_starts' | 'column_rows'>): void {
  const draws = new Draws(16);
  for (let times = 0; times < 60; times++) {
    const [rows, d, parts] = [draws.below(30), 1 + draws.below(20), 1 + draws.below(5)];
    const pattern = randomRows(draws, rows, d, draws.unit());
    const expected = compressColumns(pattern, d);
    const cuts = [0, ...Array.from({ length: parts - 1 }, () => draws.below(rows + 1)).sort((a, b) => a - b), rows];
    guarded((memory) => {
      const start = memory.output(new Int32Array(d + 1).fill(-7));
      const row = memory.output(new Int32Array(pattern.index.length).fill(-7));
      const counts = memory.output(new Int32Array(parts * d).fill(-7));
      const [rowStart, index] = [memory.input(pattern.start).at, memory.input(pattern.index).at];
      const each = (work: (own: Address, r0: number, r1: number) => void) => {
        // In any order.
        for (const part of draws.permutation(parts)) work(plus(counts.at, 4 * part * d), cuts[part]!, cuts[part + 1]!);
      };
      each((own, r0, r1) => kernels.index_counts(own, index, pattern.start[r0]!, pattern.start[r1]!, d));
      kernels.column_starts(start.at, counts.at, parts, d);
      each((own, r0, r1) => kernels.column_rows(row.at, own, rowStart, index, r0, r1));
      sameBits(start.read(), expected.start, 'starts');
      sameBits(row.read(), expected.row, 'rows');
    });
  }
}

const TURNED = 'rows turned into columns in one or several parts equal the naive transpose';
kernelTest('index_counts', TURNED, (index_counts) => turnRows({ ...engine.kernels, index_counts }));
kernelTest('column_starts', TURNED, (column_starts) => turnRows({ ...engine.kernels, column_starts }));
kernelTest('column_rows', TURNED, (column_rows) => turnRows({ ...engine.kernels, column_rows }));

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
            count(out.at, at, v, words, NONE, cut, d);
            sameBits(out.read().fill(-5, cut), new Int32Array(d).fill(-5), 'before the rest');
            sameBits(out.read().subarray(0, cut), new Int32Array(cut).fill(-5), 'outside the range');
            count(out.at, at, v, words, NONE, 0, cut);
            sameBits(out.read(), expected, `${words} words, v ${v}, cut ${cut}`);
            const [list, listed] = [draws.permutation(d), memory.output(new Int32Array(d).fill(-5))];
            count(listed.at, at, v, words, memory.input(list).at, cut, d);
            const some = expected.map((x, u) => (list.indexOf(u) < cut ? -5 : x));
            sameBits(listed.read(), some, `${words} words, v ${v}, from ${cut} on in a list`);
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
    count(out.at, memory.input(new Uint32Array(4 * words).fill(0xffffffff)).at, 1, words, NONE, 0, 2);
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
          const without = memory.output(new Float64Array(d).fill(-5));
          const none = 0 as Address;
          information(without.at, count, at.ones, at.margin, at.table, none, none, 0, v, n, 0, d);
          sameBits(without.read(), out.read(), 'without levels');
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

kernelTest(
  'information_binary',
  'exactly 0 where n n11 = n1 m1, and nowhere else, for every pair of up to 20 rows',
  (information) => {
    for (let n = 1; n <= 20; n++) {
      for (let nv = 0; nv <= n; nv++) {
        const pairs: [number, number][] = [];
        for (let nu = 0; nu <= n; nu++)
          for (let both = Math.max(0, nu + nv - n); both <= Math.min(nu, nv); both++) pairs.push([nu, both]);
        guarded((memory) => {
          const at = placeMargins(memory, Int32Array.from([nv, ...pairs.map(([nu]) => nu)]), n);
          const count = memory.input(Int32Array.from([nv, ...pairs.map(([, both]) => both)])).at;
          const d = pairs.length + 1;
          const out = memory.output(new Float64Array(d));
          information(out.at, count, at.ones, at.margin, at.table, at.zero, at.levels, at.levelCount, 0, n, 0, d);
          const found = out.read().subarray(1);
          pairs.forEach(([nu, both], i) => {
            assert.is(found[i] === 0, n * both === nu * nv, `${both} of ${nu} and ${nv} in ${n}: ${found[i]}`);
          });
        });
      }
    }
  },
);

kernelTest('information_joint', 'exactly 0 for products of margins, up to 40 by 40 states', (information) => {
  const draws = new Draws(8);
  for (let times = 0; times < 60; times++) {
    const [ka, kb] = [1 + draws.below(40), 1 + draws.below(40)];
    const [a, b] = [ka, kb].map((k) => Int32Array.from({ length: k }, () => draws.below(30))) as [
      Int32Array,
      Int32Array,
    ];
    a[0]!++;
    b[0]!++;
    const joint = Int32Array.from({ length: ka * kb }, (_, i) => a[Math.floor(i / kb)]! * b[i % kb]!);
    const [sumA, sumB] = [a, b].map((counts) => counts.reduce((x, y) => x + y, 0)) as [number, number];
    const table = tableOf(sumA * sumB);
    const sumOf = (counts: Int32Array, by: number) =>
      counts
        .map((k) => k * by)
        .sort()
        .reduce((total, k) => total + table[k]!, 0);
    guarded((memory) => {
      const [ha, hb] = [sumOf(a, sumB), sumOf(b, sumA)];
      const value = information(memory.output(joint).at, memory.input(table).at, ha, hb, ka, kb, sumA * sumB);
      assert.is(value, 0, `${ka} by ${kb}`);
    });
  }
});

kernelTest('information_joint', 'of 2 by 2 states the bits of the binary formula', (information) => {
  const draws = new Draws(9);
  for (let times = 0; times < 200; times++) {
    const joint = Int32Array.from({ length: 4 }, () => draws.below(3) * draws.below(50));
    joint[3]!++;
    const [n00, n01, n10, n11] = joint as unknown as [number, number, number, number];
    const n = n00 + n01 + n10 + n11;
    const table = tableOf(n);
    const margin = (k: number) => table[k]! + table[n - k]!;
    guarded((memory) => {
      const [nu, nv] = [n10 + n11, n01 + n11];
      const atTable = memory.input(table).at;
      const value = information(memory.output(joint).at, atTable, margin(nu), margin(nv), 2, 2, n);
      sameBits([value], [twin.informationBinary(table, n11, nu, nv, n)], String(joint));
    });
  }
});

kernelTest('sum_k_log_k', 'thousands of counts, most of them 0, and falling ones', (sum) => {
  const draws = new Draws(10);
  const table = tableOf(3000);
  for (const k of [100, 365, 1000, 3000]) {
    for (const counts of [
      Int32Array.from({ length: k }, () => (draws.below(8) ? 0 : draws.below(3001))),
      Int32Array.from({ length: k }, (_, i) => k - i),
    ]) {
      const sorted = copyOf(counts).sort();
      guarded((memory) => {
        const count = memory.output(counts);
        const expected = sorted.reduce((total, k) => total + table[k]!, 0);
        sameBits([sum(count.at, memory.input(table).at, k)], [expected], `${k} counts`);
        sameBits(count.read(), sorted, 'sorted');
      });
    }
  }
});

kernelTest(
  'information_states',
  'ranges: the bits of joint tables one by one; variables outside stay',
  (information) => {
    const draws = new Draws(17);
    for (let times = 0; times < 40; times++) {
      const [d, n] = [1 + draws.below(7), 1 + draws.below(60)];
      const k = Int32Array.from({ length: d }, () => 1 + draws.below(5));
      const columns = Uint8Array.from({ length: d * n }, (_, i) => draws.below(k[Math.floor(i / n)]!));
      guarded((memory) => {
        const at = memory.input(columns).at;
        const table = memory.input(tableOf(n)).at;
        const joint = memory.output(new Int32Array(25));
        const { joint_counts, sum_k_log_k, information_joint } = engine.kernels;
        const column = (v: number) => plus(at, v * n);
        const margins = Float64Array.from(k, (count, v) => {
          joint_counts(joint.at, column(v), column(v), count, count, n);
          return sum_k_log_k(joint.at, table, count * count);
        });
        const [states, margin] = [memory.input(k).at, memory.input(margins).at];
        const [v, a, b] = [draws.below(d), draws.below(d + 1), draws.below(d + 1)];
        const [u0, u1] = [Math.min(a, b), Math.max(a, b)];
        const out = memory.output(new Float64Array(d).fill(-5));
        information(out.at, joint.at, at, states, margin, table, v, n, u0, u1);
        const expected = Float64Array.from(k, (count, u) => {
          if (u < u0 || u >= u1) return -5;
          joint_counts(joint.at, column(v), column(u), k[v]!, count, n);
          return information_joint(joint.at, table, margins[v]!, margins[u]!, k[v]!, count, n);
        });
        sameBits(out.read(), expected, `${v} with ${u0} to ${u1} of ${d}`);
      });
    }
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

test.run();
