// Tables whose rule is known: columns of unlike scale, categories, noise.
import { Random } from '../../test/support/random.js';
import { type BenchTable, type Cell, tableOf } from './table.js';

/** What decides a row's target, from `informative` standard normal numbers and a category of three. */
type Rule = (z: readonly number[], category: number, random: Random) => number;

interface Made {
  rows: number;
  /** Numeric columns: those the rule sees, and noise. */
  informative: number;
  noise?: number;
  rule: Rule;
  /** Classes, from scores cut at their quantiles; 0 for numbers. */
  classes?: number;
  /** The share of each class but the last; equal shares by default. */
  shares?: readonly number[];
  /** Share of labels drawn anew. */
  flipped?: number;
}

/** Rows made beyond those to train on. */
const TEST_ROWS = 2000;
const CATEGORIES = ['red', 'green', 'blue'];

function made(name: string, seed: number, spec: Made): BenchTable {
  const random = new Random(seed);
  const { informative, noise = 0, rule, classes = 0, flipped = 0 } = spec;
  const rows = spec.rows + TEST_ROWS;
  const numeric = informative + noise;
  const scales = Array.from({ length: numeric }, () => 10 ** (-3 + 8 * random.next()));
  const offsets = scales.map((scale) => scale * 4 * (random.next() - 0.3));
  const records: Cell[][] = [];
  const scores: number[] = [];
  for (let r = 0; r < rows; r++) {
    const z = Array.from({ length: numeric }, () => normal(random));
    const category = random.below(CATEGORIES.length);
    scores.push(rule(z.slice(0, informative), category, random));
    records.push([...z.map((v, c) => offsets[c]! + scales[c]! * v), CATEGORIES[category]!]);
  }
  if (classes === 0) return { ...tableOf(name, records, scores), testRows: TEST_ROWS };
  const rank = [...scores].sort((a, b) => a - b);
  const { shares = Array.from({ length: classes - 1 }, () => 1 / classes) } = spec;
  const below = (k: number) => shares.slice(0, k + 1).reduce((a, b) => a + b, 0);
  const cuts = shares.map((_, k) => rank[Math.floor(below(k) * rows)]!);
  const labels = scores.map((score) => {
    const id = flipped > random.next() ? random.below(classes) : cuts.filter((cut) => score >= cut).length;
    return `class ${id}`;
  });
  return { ...tableOf(name, records, labels), testRows: TEST_ROWS };
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

const sum = (z: readonly number[], weight: (i: number) => number) => z.reduce((s, v, i) => s + weight(i) * v, 0);
const linear: Rule = (z, category, random) =>
  sum(z, (i) => (i % 2 ? -1 : 1) / Math.sqrt(i + 1)) + 0.8 * (category === 1 ? 1 : 0) + 0.7 * normal(random);
const friedman: Rule = (z, category, random) => {
  const u = z.map((v) => 1 / (1 + Math.exp(-1.7 * v)));
  return (
    10 * Math.sin(Math.PI * u[0]! * u[1]!) +
    20 * (u[2]! - 0.5) ** 2 +
    10 * u[3]! +
    5 * u[4]! +
    category +
    normal(random)
  );
};
const interactions: Rule = (z, _, random) => z[0]! * z[1]! + 0.5 * z[2]! + 0.4 * normal(random);
const thresholds: Rule = (z, category, random) =>
  (z[0]! > 0 ? (z[1]! > 0.5 ? 2 : 0) : z[2]! > -0.3 ? 1 : -1) + (category === 2 ? 0.7 : 0) + 0.6 * normal(random);

/** Passengers: a fare between 0 and some hundreds, ages of which a fifth is missing, sex and class that decide most. */
function passengers(name: string, seed: number, rows: number): BenchTable {
  const random = new Random(seed);
  const records: Cell[][] = [];
  const labels: string[] = [];
  for (let r = 0; r < rows + TEST_ROWS; r++) {
    const level = [1, 2, 3, 3][random.below(4)]!;
    const female = random.chance(0.35);
    const age = Math.max(0.5, 30 + 14 * normal(random));
    const siblings = Math.max(0, random.below(6) - 3);
    const parents = Math.max(0, random.below(5) - 3);
    const fare = Math.exp(4.6 - 0.8 * level + 0.6 * normal(random)) * (1 + siblings);
    const port = random.chance(0.7) ? 'S' : random.chance(0.6) ? 'C' : 'Q';
    const score = 2.6 * Number(female) - 1.1 * (level - 2) - 0.035 * (age - 30) - 0.35 * siblings - 1.1;
    records.push([level, female ? 'female' : 'male', random.chance(0.2) ? null : age, siblings, parents, fare, port]);
    labels.push(random.next() < 1 / (1 + Math.exp(-score)) ? 'yes' : 'no');
  }
  return { ...tableOf(name, records, labels), testRows: TEST_ROWS };
}

/** Of one family; another `seed` draws other tables by the same rules. */
export function generatedTables(seed: number): BenchTable[] {
  const of = (name: string, spec: Made) => made(`${name} ${spec.rows}`, seed + name.length + spec.rows, spec);
  const two = { classes: 2 };
  return [
    ...[100, 300, 1000, 10_000].map((rows) => of('linear', { rows, informative: 8, rule: linear, ...two })),
    of('noise', { rows: 300, informative: 4, noise: 36, rule: linear, ...two }),
    of('interactions', { rows: 1000, informative: 4, noise: 3, rule: interactions, ...two }),
    of('interactions', { rows: 10_000, informative: 4, noise: 12, rule: interactions, ...two }),
    of('thresholds', { rows: 300, informative: 3, noise: 3, rule: thresholds, ...two }),
    of('thresholds', { rows: 3000, informative: 3, noise: 5, rule: thresholds, classes: 3 }),
    of('thresholds', { rows: 30_000, informative: 3, noise: 15, rule: thresholds, ...two }),
    of('rare', { rows: 3000, informative: 6, rule: linear, ...two, shares: [0.95] }),
    of('five classes', { rows: 1000, informative: 6, noise: 2, rule: linear, classes: 5, flipped: 0.05 }),
    passengers('passengers 891', seed, 891),
    ...[100, 1000, 10_000].map((rows) => of('linear values', { rows, informative: 8, rule: linear })),
    of('friedman', { rows: 300, informative: 5, noise: 5, rule: friedman }),
    of('friedman', { rows: 3000, informative: 5, noise: 5, rule: friedman }),
    of('skewed', { rows: 3000, informative: 6, rule: (...given) => 1e4 * Math.exp(0.6 * linear(...given)) }),
  ];
}
