import type { Address } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { InformationRows } from '../pair-information.js';
import { eachPartner } from './codec.js';
import type { Counts } from './counts.js';
import { type OccurringStates, occurringStates } from './states.js';

const ROUNDING = 2 ** -51;

const BITS = new DataView(new ArrayBuffer(8));

/** k ln k, with the bits that the kernels table: see log64 in assembly/math.ts. */
function T(k: number): number {
  if (k === 0) return 0;
  BITS.setFloat64(0, k);
  const high = BITS.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  BITS.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let f = BITS.getFloat64(0);
  if (f > Math.SQRT2) {
    f *= 0.5;
    exponent++;
  }
  const s = (f - 1) / (f + 1);
  const z = s * s;
  let p = 1 / 23;
  for (let odd = 21; odd >= 3; odd -= 2) p = p * z + 1 / odd;
  const ofF = 2 * s + 2 * s * z * p;
  return k * (exponent * 0.6931471803691238 + (exponent * 1.9082149292705877e-10 + ofF));
}

/** Σ T of counts, from the smallest up. */
export function sumOfTerms(counts: Float64Array): number {
  let sum = 0;
  for (const k of counts.slice().sort()) sum += T(k);
  return sum;
}

/** What the kernel information_joint gives, the same bits, of counts up to 2^53. ha, hb: Σ T of either margin. */
export function jointInformation(
  joint: Float64Array,
  ha: number,
  hb: number,
  ka: number,
  kb: number,
  n: number,
): number {
  const isSquare = ka === 2 && kb === 2;
  const [n00, n01, n10, n11] = joint;
  const sum = isSquare ? T(n00!) + T(n11!) + (T(n01!) + T(n10!)) : sumOfTerms(joint.subarray(0, ka * kb));
  const total = T(n);
  const all = sum === ha ? total - hb : sum === hb ? total - ha : sum - (ha + hb) + total;
  const cells = isSquare ? 4 : Math.min(ka * kb, n);
  return all > (cells + 4) * total * ROUNDING ? all / n : 0;
}

/** Of more rows than terms are tabled for, or than the kernels count: by doubles, each pair when it is asked for, from a square of counts. */
export class LargeInformation implements InformationRows {
  readonly variables: number;
  readonly information: Address;
  private readonly margin: Float64Array;
  private readonly joint: Float64Array;
  private readonly n: number;
  private readonly items: number;

  private constructor(
    private readonly engine: Engine,
    private readonly scope: Scope,
    counts: Counts,
    private readonly square: Float64Array,
    private readonly all: OccurringStates,
  ) {
    this.n = counts.rows;
    this.variables = counts.variables;
    this.items = counts.contents.pairs.items;
    this.information = scope.bytes(8 * this.variables);
    this.joint = new Float64Array(all.most ** 2);
    this.margin = Float64Array.from({ length: this.variables }, (_, v) => sumOfTerms(all.rows(v)));
  }

  static async over(engine: Engine, counts: Counts, pace: Pace): Promise<LargeInformation> {
    const { pairs } = counts.contents;
    const { items } = pairs;
    const what = `a square of counts of ${items} items over ${counts.rows} rows`;
    requireMemory(engine, 8 * items * items, 'counts', what, 'fewer columns');
    const square = new Float64Array(items * items);
    for (let a = 0; a < items; a++) {
      const bytes = await pairs.read(pairs.start[a]!, pairs.start[a + 1]!);
      eachPartner(bytes, a, items, (b, count) => {
        square[a * items + b] = count;
        square[b * items + a] = count;
      });
      if (pace.due) await pace.turn();
    }
    return new LargeInformation(engine, engine.scope(), counts, square, occurringStates(counts));
  }

  row(v: number): void {
    const { engine, all, items, joint, margin, n, square } = this;
    const { first } = all.items(v);
    const information = engine.f64(this.information, this.variables);
    for (let u = 0; u < this.variables; u++) {
      if (u === v) continue;
      const [ka, kb] = all.joint(joint, v, u, (i, item) => square[(first + i) * items + item]!);
      information[u] = jointInformation(joint, margin[v]!, margin[u]!, ka, kb, n);
    }
    information[v] = 0;
  }

  async rowInTurns(v: number, pace: Pace): Promise<void> {
    this.row(v);
    if (pace.due) await pace.turn();
  }

  dispose(): void {
    this.scope.dispose();
  }
}
