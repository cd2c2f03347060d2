// Losses of batches of many tiles, taken in parts: those of plain formulas, with the same bits at any number of threads.
import type { Targets } from 'espalier';
import { test } from 'uvu';
import { Pace } from '#dist/runtime/pace.js';
import { lossFor } from '#dist/training/losses.js';
import { close } from '../support/allclose.js';
import { Random } from '../support/random.js';
import { sameAtAnyThreads } from '../support/threads.js';

const OUTPUTS = 7;
/** Rows of the data, of which a batch takes each but the first. */
const ROWS = 1112;
const random = new Random(1);
const each = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));
const logits = each(ROWS * OUTPUTS, () => Math.fround(random.next() * 8 - 4));
const counts = Float64Array.from({ length: OUTPUTS }, (_, c) => 0.5 + c);

const softmax = (z: readonly number[]) => {
  const all = z.map((x) => Math.exp(x));
  const sum = all.reduce((a, b) => a + b);
  return all.map((e) => e / sum);
};

interface Kind {
  targets: Targets;
  /** Loss of a row and its gradient, before the mean is taken, and what the row counts in that. */
  row(z: readonly number[], row: number): { loss: number; slope: number[]; weight: number };
  weights?: typeof counts;
}

const labels = Int32Array.from({ length: ROWS }, () => random.below(OUTPUTS));
const bits = Int8Array.from({ length: ROWS * OUTPUTS }, () => random.below(3) - 1);
const numbers = Float64Array.from({ length: ROWS * OUTPUTS }, () => random.next());
const classes =
  (share: (label: number) => number): Kind['row'] =>
  (z, row) => {
    const [label, p] = [labels[row]!, softmax(z)];
    const slope = p.map((x, c) => (x - (c === label ? 1 : 0)) * share(label));
    return { loss: -Math.log(p[label]!) * share(label), slope, weight: 1 };
  };

const kinds: Record<string, Kind> = {
  classes: { targets: { kind: 'classes', values: labels, classes: OUTPUTS }, row: classes(() => 1) },
  'weighted classes': {
    targets: { kind: 'classes', values: labels, classes: OUTPUTS },
    row: classes((label) => counts[label]!),
    weights: counts,
  },
  tasks: {
    targets: { kind: 'tasks', values: bits, tasks: OUTPUTS },
    row: (z, row) => {
      const known = z.map((_, o) => bits[row * OUTPUTS + o]!);
      const p = z.map((x) => 1 / (1 + Math.exp(-x)));
      return {
        loss: known.reduce((sum, y, o) => sum - (y < 0 ? 0 : Math.log(y ? p[o]! : 1 - p[o]!)), 0),
        slope: known.map((y, o) => (y < 0 ? 0 : p[o]! - y)),
        weight: known.filter((y) => y >= 0).length,
      };
    },
  },
  values: {
    targets: { kind: 'values', values: numbers, outputs: OUTPUTS },
    row: (z, row) => {
      const off = z.map((x, o) => x - numbers[row * OUTPUTS + o]!);
      return { loss: off.reduce((sum, x) => sum + x * x, 0), slope: off.map((x) => 2 * x), weight: 1 };
    },
  },
};

for (const [name, { targets, row, weights }] of Object.entries(kinds)) {
  test(`${name}: the loss of ${ROWS - 1} rows and its gradient`, async () => {
    const rows = Int32Array.from({ length: ROWS - 1 }, (_, i) => ROWS - 1 - i);
    const place = (r: number, o: number) => ((r >> 5) * OUTPUTS + o) * 32 + (r & 31);
    const { sum, weight, d } = await sameAtAnyThreads(async (engine) => {
      const scope = engine.scope();
      const length = Math.ceil(rows.length / 32) * 32 * OUTPUTS;
      const [at, dAt] = [scope.zeros(length), scope.zeros(length)];
      rows.forEach((source, r) => {
        for (let o = 0; o < OUTPUTS; o++) engine.f32(at, length)[place(r, o)] = logits[source * OUTPUTS + o]!;
      });
      const bound = lossFor(targets.kind, OUTPUTS).prepare(engine, scope, rows.length, weights as never);
      const loss = await bound.gradient(dAt, at, targets, rows, new Pace());
      const d = engine.f32(dAt, length).slice();
      scope.dispose();
      return { ...loss, d };
    });
    const wanted = Array.from(rows, (source) => row(logits.slice(source * OUTPUTS, (source + 1) * OUTPUTS), source));
    const total = wanted.reduce((all, { loss }) => all + loss, 0);
    const count = wanted.reduce((all, one) => all + one.weight, 0);
    close([sum, weight], [total, count], 1e-5, 'loss');
    const got = wanted.flatMap((_, r) => each(OUTPUTS, (o) => d[place(r, o)]!));
    close(
      got,
      wanted.flatMap(({ slope }) => slope.map((x) => x / count)),
      1e-5,
      'gradient',
    );
  });
}

test.run();
