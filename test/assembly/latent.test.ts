import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../support/draws.js';
import { type engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { inside, NEVER, pack, ROWS, randomColumn } from './latent-columns.js';
import * as twin from './twins/latent.js';

/** The twins add over all joint states, the kernels over cells, where rows of Y = 0 are those left: some last bits of 1, and EM carries them on. */
const EM = { relative: 1e-11, absolute: 1e-13 };
/** A log-likelihood of the same parameters: the last bit of a cell's probability counts once for each of up to 1.6 million rows. */
const SUM = { relative: 1e-13, absolute: 1e-9 };

/** Counts of 2^k cells, some 0. */
function randomCounts(draws: Draws, k: number, most: number): Int32Array {
  return Int32Array.from({ length: 2 ** k }, () => (draws.below(3) ? draws.below(most) : 0));
}

const rowsOf = (table: Int32Array) => table.reduce((sum, count) => sum + count, 0);

kernelTest('joint_table', '1 to 4 columns, 1 to 130 rows, equals counting row by row', (count) => {
  const draws = new Draws(1);
  for (let k = 1; k <= 4; k++) {
    for (const rows of ROWS) {
      for (let times = 0; times < 6; times++) {
        const columns = Array.from({ length: k }, () => randomColumn(draws, rows));
        if (k > 1 && times === 5) columns[k - 1] = columns[0]!;
        guarded((memory) => {
          const places = columns.map((column) => memory.input(pack(column)).at);
          const table = memory.output(new Int32Array(2 ** k).fill(-5));
          count(table.at, memory.input(Uint32Array.from(places)).at, k, Math.ceil(rows / 64), rows);
          sameBits(table.read(), twin.jointTable(columns, rows), `${k} columns, ${rows} rows`);
        });
      }
    }
  }
});

kernelTest('joint_table', 'a thousand words, and the same column four times', (count) => {
  guarded((memory) => {
    const rows = 64_000;
    const column = Array.from({ length: rows }, (_, r) => Number(r % 3 === 0));
    const at = memory.input(pack(column)).at;
    const table = memory.output(new Int32Array(16));
    count(table.at, memory.input(Uint32Array.of(at, at, at, at)).at, 4, 1000, rows);
    const ones = Math.ceil(rows / 3);
    sameBits(table.read(), [rows - ones, ...new Array(14).fill(0), ones], 'table');
  });
});

type ClassEm = typeof engine.kernels.latent_class_em;

/** latent_class_em on guarded memory. */
function classEm(
  em: ClassEm,
  start: Float64Array,
  table: Int32Array,
  learn: number,
  steps: number,
  tolerance: number,
): { parameter: Float64Array; likelihood: number } {
  return guarded((memory) => {
    const k = (start.length - 1) / 2;
    const parameter = memory.output(start);
    const scratch = memory.output(new Float64Array(2 + 2 * k).fill(Number.NaN));
    const likelihood = em(parameter.at, memory.input(table).at, k, learn, steps, tolerance, scratch.at);
    return { parameter: parameter.read(), likelihood };
  });
}

const randomStart = (draws: Draws, length: number) => Float64Array.from({ length }, () => inside(draws));

kernelTest('latent_class_em', 'steps as sums over all joint states have them; every k and mask', (em) => {
  const draws = new Draws(2);
  for (let k = 1; k <= 4; k++) {
    for (let learn = 0; learn < 2 ** (k + 1); learn++) {
      const table = randomCounts(draws, k, [2, 40, 100_000][draws.below(3)]!);
      const start = randomStart(draws, 1 + 2 * k);
      const model = twin.classModel(k, learn);
      let expected: Float64Array = start;
      for (let steps = 0; steps <= 5; steps++) {
        const name = `k ${k}, mask ${learn}, ${steps} steps`;
        const { parameter, likelihood } = classEm(em, start, table, learn, steps, NEVER);
        close(parameter, expected, EM, name);
        close([likelihood], [twin.likelihood(model, parameter, table)], SUM, name);
        expected = twin.step(model, expected, table);
      }
    }
  }
});

kernelTest('latent_class_em', 'what is not learned keeps its bits; a mask of nothing leaves all', (em) => {
  const draws = new Draws(3);
  for (let k = 1; k <= 4; k++) {
    const table = randomCounts(draws, k, 50);
    const start = randomStart(draws, 1 + 2 * k);
    for (let learn = 0; learn < 2 ** (k + 1); learn++) {
      const { parameter } = classEm(em, start, table, learn, 9, NEVER);
      const kept = [...start.keys()].filter((i) => ((learn >> Math.ceil(i / 2)) & 1) === 0);
      sameBits(
        kept.map((i) => parameter[i]!),
        kept.map((i) => start[i]!),
        `mask ${learn}`,
      );
    }
    const unmoved = classEm(em, start, table, 0, 1000, 1e-9);
    assert.is(unmoved.likelihood, classEm(em, start, table, 0, 0, 1e-9).likelihood);
  }
});

/** From one start: what the kernel leaves after 0, 1, 2 ... steps. */
type Run = (steps: number, tolerance: number) => { parameter: Float64Array; likelihood: number };

/** A run stops after the first step that gains less than the tolerance, or after so many. */
function stopsInTime(run: Run, name: string): void {
  const steps = Array.from({ length: 31 }, (_, s) => run(s, NEVER));
  for (const tolerance of [1e300, 10, 0.1, 1e-4, 1e-9, 0, NEVER]) {
    for (const most of [0, 1, 2, 30]) {
      let last = 0;
      while (last < most) {
        last++;
        if (steps[last]!.likelihood - steps[last - 1]!.likelihood < tolerance) break;
      }
      const { parameter, likelihood } = run(most, tolerance);
      sameBits([likelihood], [steps[last]!.likelihood], `${name}, tolerance ${tolerance}, at most ${most} steps`);
      sameBits(parameter, steps[last]!.parameter, name);
    }
  }
}

/** Pseudo-counts are a prior on the tables: likelihood and prior together never fall. */
function neverFalls(run: Run, penalty: (parameter: Float64Array) => number, rows: number, name: string): void {
  // The last bit of each row's probability.
  const slack = 1e-15 * rows + 1e-12;
  let before = run(0, NEVER);
  for (let s = 1; s <= 40; s++) {
    const after = run(s, NEVER);
    const allowed = penalty(after.parameter) - penalty(before.parameter);
    const bound = before.likelihood - allowed - slack;
    assert.ok(after.likelihood >= bound, `${name}, step ${s}: ${after.likelihood} after ${before.likelihood}`);
    before = after;
  }
}

kernelTest('latent_class_em', 'stops after the step that gains less than the tolerance', (em) => {
  const draws = new Draws(4);
  for (let k = 1; k <= 4; k++) {
    for (const most of [3, 1000]) {
      const table = randomCounts(draws, k, most);
      const start = randomStart(draws, 1 + 2 * k);
      stopsInTime((steps, tolerance) => classEm(em, start, table, 0x1ff, steps, tolerance), `k ${k}`);
    }
  }
});

kernelTest('latent_class_em', 'the likelihood falls by no more than the pseudo-counts allow', (em) => {
  const draws = new Draws(5);
  for (let k = 1; k <= 4; k++) {
    for (const [most, learn] of [
      [3, 0x1ff],
      [1000, 0x1ff],
      [1_000_000, 0x1ff],
      [500, 1 << k],
    ] as const) {
      const table = randomCounts(draws, k, most);
      const start = randomStart(draws, 1 + 2 * k);
      const model = twin.classModel(k, learn);
      neverFalls(
        (steps, tolerance) => classEm(em, start, table, learn, steps, tolerance),
        (parameter) => twin.penalty(model, parameter),
        rowsOf(table),
        `k ${k}, counts below ${most}`,
      );
    }
  }
});

kernelTest('latent_class_em', 'a table of no rows gives halves, one full cell tables within (0, 1)', (em) => {
  const start = Float64Array.of(0.3, 0.2, 0.9, 0.4, 0.6);
  const none = classEm(em, start, new Int32Array(4), 0x1ff, 1, NEVER);
  sameBits(none.parameter, new Float64Array(5).fill(0.5), 'no rows');
  assert.is(none.likelihood, 0);
  for (const cell of [0, 3]) {
    const table = new Int32Array(4);
    table[cell] = 2_000_000_000;
    const { parameter, likelihood } = classEm(em, start, table, 0x1ff, 100, NEVER);
    assert.ok(
      parameter.every((p) => p > 0 && p < 1),
      `${parameter}`,
    );
    assert.ok(likelihood < 0 && likelihood > -20, `${likelihood}`);
  }
});

type PairEm = typeof engine.kernels.latent_pair_em;

/** latent_pair_em on guarded memory; parameters are the learned ones and the fixed ones after them. */
function pairEm(em: PairEm, start: Float64Array, table: Int32Array, steps: number, tolerance: number) {
  return guarded((memory) => {
    const learned = memory.output(start.slice(0, 6));
    const fixed = start.slice(6);
    const likelihood = em(learned.at, memory.input(fixed).at, memory.input(table).at, steps, tolerance);
    return { parameter: Float64Array.from([...learned.read(), ...fixed]), likelihood };
  });
}

kernelTest('latent_pair_em', 'steps as sums over all joint states of Y and Z have them', (em) => {
  const draws = new Draws(6);
  const model = twin.pairModel();
  for (let times = 0; times < 20; times++) {
    const table = randomCounts(draws, 4, [2, 40, 100_000][times % 3]!);
    const start = randomStart(draws, 11);
    let expected: Float64Array = start;
    for (let steps = 0; steps <= 5; steps++) {
      const { parameter, likelihood } = pairEm(em, start, table, steps, NEVER);
      close(parameter, expected, EM, `${steps} steps`);
      close([likelihood], [twin.likelihood(model, parameter, table)], SUM, `${steps} steps`);
      expected = twin.step(model, expected, table);
    }
  }
});

kernelTest('latent_pair_em', 'stops as latent_class_em does, and falls by no more', (em) => {
  const draws = new Draws(7);
  const model = twin.pairModel();
  for (const most of [2, 20, 1000, 1_000_000]) {
    const table = randomCounts(draws, 4, most);
    const start = randomStart(draws, 11);
    const run: Run = (steps, tolerance) => pairEm(em, start, table, steps, tolerance);
    stopsInTime(run, `counts below ${most}`);
    neverFalls(run, (parameter) => twin.penalty(model, parameter), rowsOf(table), `counts below ${most}`);
  }
});

kernelTest('latent_pair_em', 'a table of no rows gives halves; frozen tables near 0 and 1 are no trouble', (em) => {
  const start = Float64Array.of(0.3, 0.6, 0.2, 0.9, 0.4, 0.6, 1e-4, 1e-4, 0.9999, 0.9999, 1e-4);
  const none = pairEm(em, start, new Int32Array(16), 1, NEVER);
  sameBits(none.parameter.subarray(0, 6), new Float64Array(6).fill(0.5), 'no rows');
  const table = Int32Array.from({ length: 16 }, (_, cell) => cell);
  const { parameter } = pairEm(em, start, table, 1, NEVER);
  close(parameter, twin.step(twin.pairModel(), start, table), EM, 'one step');
});

test('the twin of EM: one step by hand', () => {
  const model = twin.classModel(1, 3);
  // P(Y) = 0.5, P(X | Y) = 0.2, 0.8: rows of 1 have the posterior 0.8, rows of 0 have 0.2.
  const next = twin.step(model, Float64Array.of(0.5, 0.2, 0.8), [10, 30]);
  close(next, [27 / 42, 7 / 16, 25 / 28], { relative: 1e-15 }, 'one step');
});

test.run();
