// Trees of long dense data with and without a sample: seconds, and the share of the counting.
import { createEngine } from 'espalier';
import { randomNumbers } from '#dist/cli/bench/check.js';
import { median } from '#dist/cli/bench/statistics.js';
import type { SampledReport } from '#dist/structure/sampled.js';
import { growTree } from '#dist/structure/tree-growing.js';
import type { StateColumns } from '#dist/structure/variables.js';
import { formatTable } from './support/report.js';

const CONFIDENCE = 0.999999;

/** Cut into states beforehand: what reading and cutting take is the same for both. */
export async function sampledTrees(rounds: number): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const lines: string[][] = [];
  for (const [rows, variables] of [
    [200_000, 100],
    [1_000_000, 100],
  ] as const) {
    const data = chain(rows, variables, 4);
    const settings = { root: 0, minInformation: 0, required: [], forbidden: [] };
    const seconds: [number[], number[]] = [[], []];
    let report: SampledReport | undefined;
    for (let round = 0; round < rounds; round++) {
      const onSampled = (told: SampledReport) => {
        report = told;
      };
      const began = performance.now();
      const sampling = { confidence: CONFIDENCE, seed: round, onSampled };
      const sampled = await growTree(engine, data, settings, undefined, undefined, sampling);
      const between = performance.now();
      const whole = await growTree(engine, data, settings);
      seconds[0].push((between - began) / 1000);
      seconds[1].push((performance.now() - between) / 1000);
      if (JSON.stringify(sampled.edges) !== JSON.stringify(whole.edges)) throw new Error('the trees differ');
    }
    lines.push([
      `${rows} x ${variables}`,
      median(seconds[0]).toFixed(2),
      median(seconds[1]).toFixed(2),
      median(seconds[0].map((s, i) => s / seconds[1][i]!)).toFixed(3),
      report!.share.toFixed(3),
      String(report!.exact),
    ]);
  }
  console.log('columns of 4 states, each half a copy of an earlier one; the same trees from both\n');
  console.log(formatTable(['', 's with a sample', 's without', 'ratio', 'share counted', 'proven'], lines));
}

function chain(rows: number, variables: number, k: number): StateColumns {
  const next = randomNumbers(11);
  const states = new Uint8Array(rows * variables);
  for (let v = 0; v < variables; v++) {
    const from = Math.floor(next() * v) * rows;
    for (let r = 0; r < rows; r++)
      states[v * rows + r] = v > 0 && next() < 0.5 ? states[from + r]! : Math.floor(next() * k);
  }
  return { kind: 'states', rows, variables, counts: new Int32Array(variables).fill(k), states };
}
