// npm run test:fuzz -- [--cases 100000] [--seed 7] [--target NAME [--case N]]
import { parseArgs } from 'node:util';
import { createEngine } from 'espalier';
import { fuzz, shares } from './fuzz.js';
import { targets } from './targets.js';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    case: { type: 'string' },
  },
});
const engine = await createEngine();
const all = await targets(engine);
const chosen = all.filter(({ name }) => values.target === undefined || values.target === name);
if (chosen.length === 0) {
  console.error(`--target: expected one of ${all.map(({ name }) => name).join(', ')}, got ${values.target}`);
  process.exit(2);
}
let faults = 0;
console.log(['target', 'cases', 'refused', 'same', 'other', 'faults', 'seconds'].map(cell).join(''));
for (const [t, count] of shares(chosen, Number(values.cases)).entries()) {
  const began = performance.now();
  const [from, to] = values.case === undefined ? [0, count] : [Number(values.case), Number(values.case) + 1];
  const tally = await fuzz(engine, chosen[t]!, Number(values.seed), from, to);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { cases, refused, same, other } = tally;
  console.log([chosen[t]!.name, cases, refused, same, other, tally.faults.length, seconds].map(cell).join(''));
  for (const fault of tally.faults) console.log(`  ${fault}`);
  faults += tally.faults.length;
}
process.exitCode = faults > 0 ? 1 : 0;

function cell(text: string | number, i: number): string {
  return i === 0 ? String(text).padEnd(16) : String(text).padStart(9);
}
