import { complete } from '../check/complete.js';
import { type Options, type OptionsOf, SEED, SHARE } from '../check/option.js';
import { requireInteger } from '../check/require.js';
import { ENGINE, type Engine, engineOf } from '../runtime/engine.js';
import { Purpose, permutation } from '../runtime/random.js';
import { type Dataset, requireDataset, requireSound } from './dataset.js';

/** Options of splitRows. */
export const SPLIT = {
  validation: { ...SHARE, default: 0.1, doc: 'Share of the rows; 0 for none.' },
  test: { ...SHARE, default: 0, doc: 'Share of the rows; 0 for none.' },
  seed: SEED,
  stratify: {
    kind: 'flag',
    default: true,
    doc: 'Every part holds each class in proportion, as far as whole rows allow; data without classes are split plainly.',
  },
  engine: ENGINE,
} as const satisfies Options;

export type SplitOptions = OptionsOf<typeof SPLIT>;

/** What splitRows with these options gives: a part is there where its share is given, if above 0, or is so by default. */
export interface SplitParts<O extends SplitOptions> {
  train: Dataset;
  validation: Part<'validation' extends keyof O ? O['validation'] : 0.1>;
  test: Part<'test' extends keyof O ? O['test'] : 0>;
}

type Part<Share> = undefined extends Share ? Dataset | undefined : Share extends 0 ? undefined : Dataset;

/** Options of takeRows. */
export const TAKE = { seed: SEED, engine: ENGINE } as const satisfies Options;

/**
 * Parts at random, each in the order of the data; `validation` and `test` are absent where their share is 0. A part's size is its share of the rows,
 * rounded.
 * @throws RangeError for shares out of range, or so small or large that a part would be empty
 */
export async function splitRows<const O extends SplitOptions = Record<never, never>>(
  data: Dataset,
  given: O = {} as O,
): Promise<SplitParts<O>> {
  requireDataset(data, 'data');
  const options = complete(SPLIT, given, 'splitRows');
  const { validation, test, seed, stratify } = options;
  if (validation + test >= 1) {
    throw new RangeError(`validation, test: expected shares below 1 together, got ${validation} and ${test}`);
  }
  const { rows } = data;
  const wanted = [Math.round(validation * rows), Math.round(test * rows)] as const;
  const left = rows - wanted[0] - wanted[1];
  if (left < 1 || (validation > 0 && wanted[0] < 1) || (test > 0 && wanted[1] < 1)) {
    const parts = `${left} training, ${wanted[0]} validation and ${wanted[1]} test rows`;
    throw new RangeError(`data: expected rows enough for every part, got ${rows}, which makes ${parts}`);
  }
  const engine = await engineOf(options);
  requireSound(data, 'data');
  const partOf = assign(engine, data, wanted, seed, stratify);
  const part = (p: number) => data.subset(rowsOfPart(partOf, p));
  return {
    train: part(0),
    ...(wanted[0] > 0 ? { validation: part(1) } : {}),
    ...(wanted[1] > 0 ? { test: part(2) } : {}),
  } as SplitParts<O>;
}

/**
 * So many rows at random, in the order of the data, each class in proportion: those that splitRows holds out for validation, were their share asked for.
 * @throws RangeError unless `rows` is an integer from 1 to below the data's rows
 */
export async function takeRows(data: Dataset, rows: number, given: OptionsOf<typeof TAKE> = {}): Promise<Dataset> {
  const options = complete(TAKE, given, 'takeRows');
  requireInteger(rows, 1, 'rows');
  if (rows >= data.rows) throw new RangeError(`rows: expected fewer than the ${data.rows} of the data, got ${rows}`);
  const engine = await engineOf(options);
  requireSound(data, 'data');
  return data.subset(rowsOfPart(assign(engine, data, [rows], options.seed, true), 1));
}

/** u8[rows]: the part of each row. Part p + 1 gets sizes[p] rows at random, part 0 the others. */
function assign(
  engine: Engine,
  { rows, targets }: Dataset,
  sizes: readonly number[],
  seed: number,
  stratify: boolean,
): Uint8Array {
  const order = permutation(engine, rows, seed, Purpose.split, 0);
  const groups = stratify && targets?.kind === 'classes' ? groupBy(order, targets.values) : [Array.from(order)];
  const partOf = new Uint8Array(rows);
  const used = new Int32Array(groups.length);
  for (const [p, size] of sizes.entries()) {
    const quotas = apportion(
      size,
      groups.map((group) => group.length),
      groups.map((group, g) => group.length - used[g]!),
    );
    for (const [g, quota] of quotas.entries()) {
      for (let i = 0; i < quota; i++) partOf[groups[g]![used[g]!++]!] = p + 1;
    }
  }
  return partOf;
}

/** Row numbers of a part, rising. */
function rowsOfPart(partOf: Uint8Array, part: number): number[] {
  const numbers: number[] = [];
  partOf.forEach((p, row) => {
    if (p === part) numbers.push(row);
  });
  return numbers;
}

/** Row numbers of each class that has any, by class, in the order given. */
function groupBy(order: Int32Array, classOf: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  for (const row of order) {
    const group = groups.get(classOf[row]!);
    if (group) group.push(row);
    else groups.set(classOf[row]!, [row]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}

/**
 * `total` shared out in proportion to `sizes` by largest remainders, ties to the first. A group with rows to spare keeps one, so that training sees
 * every class.
 */
function apportion(total: number, sizes: readonly number[], free: readonly number[]): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const quotas = sizes.map((size, g) => Math.min(Math.floor((total * size) / all), Math.max(0, free[g]! - 1)));
  const remainder = (g: number) => (total * sizes[g]!) / all - quotas[g]!;
  let missing = total - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const spare of [1, 0]) {
    while (missing > 0) {
      const open = sizes.map((_, g) => g).filter((g) => quotas[g]! < free[g]! - spare);
      if (open.length === 0) break;
      const next = open.reduce((best, g) => (remainder(g) > remainder(best) ? g : best));
      quotas[next]!++;
      missing--;
    }
  }
  return quotas;
}
