// npm run bench:recovery -- [--trees 20] [--rows 250,500,1000,2000,5000,10000] [--strengths 0.4,0.7] [--em-steps 200]: how much of random latent trees
// latentTree finds again from rows drawn of them, by number of rows and by how much a latent tells of its features.
import { parseArgs } from 'node:util';
import { createEngine, type LatentTree, latentTree } from 'espalier';
import { mean } from '#dist/cli/bench/statistics.js';
import { type Recovery, recoveryOf } from '../test/support/latent/recovery.js';
import { sampleData, sampleTree } from '../test/support/latent/sampler.js';
import { Random } from '../test/support/random.js';
import { formatTable, percent, printHeader } from './support/report.js';

/** Difference of P(latent = 1) between the states of its parent, about. */
const LINKS = 0.6;

const { values } = parseArgs({
  options: {
    trees: { type: 'string', default: '20' },
    rows: { type: 'string', default: '250,500,1000,2000,5000,10000' },
    strengths: { type: 'string', default: '0.4,0.7' },
    'em-steps': { type: 'string', default: '200' },
  },
});
const trees = Number(values.trees);
if (!Number.isInteger(trees) || trees < 1) {
  throw new RangeError(`--trees: expected an integer from 1, got ${values.trees}`);
}
const emSteps = Number(values['em-steps']);
const sizes = values.rows.split(',').map(Number);
if (!sizes.every((rows) => Number.isInteger(rows) && rows >= 2)) {
  throw new RangeError(`--rows: expected integers from 2, got ${values.rows}`);
}
const strengths = values.strengths.split(',').map(Number);
if (!strengths.every((strength) => strength > 0 && strength < 1)) {
  throw new RangeError(`--strengths: expected numbers between 0 and 1, got ${values.strengths}`);
}

printHeader('Latent trees found again');
console.log(
  `${trees} random trees a line, seeds 0 to ${trees - 1}: 3 groups of 3 or 4 islands of 3 to 7 features; links ${LINKS}, maxTop 4, emSteps ${emSteps}\n`,
);
const engine = await createEngine();
const started = performance.now();
const lines: string[][] = [];
for (const strength of strengths) {
  for (const rows of sizes) lines.push(await line(strength, rows));
}
const header = ['strength', 'rows', 'exact islands', 'pair F1', 'ARI', 'level 2 ARI', 'latents found', 'of'];
console.log(formatTable(header, lines));
console.log(
  `\n${((performance.now() - started) / 1000).toFixed(1)} s; the tree, its tables and its rows follow from the seed.`,
);

async function line(strength: number, rows: number): Promise<string[]> {
  const islands: Recovery[] = [];
  const groups: Recovery[] = [];
  const latents: { truth: number; found: number }[] = [];
  for (let seed = 0; seed < trees; seed++) {
    const truth = randomTree(seed, strength);
    const found = await latentTree(sampleData(truth, rows, seed), { engine, threshold: 0.5, maxTop: 4, emSteps, seed });
    islands.push(recoveryOf(truth, found));
    groups.push(recoveryOf(truth, found, 2));
    latents.push({ truth: truth.levels[0]!, found: found.levels[0]! });
  }
  const average = (list: readonly Recovery[], of: keyof Recovery) => mean(list.map((each) => each[of]));
  return [
    String(strength),
    String(rows),
    percent(average(islands, 'exact')),
    average(islands, 'f1').toFixed(3),
    average(islands, 'adjustedRand').toFixed(3),
    average(groups, 'adjustedRand').toFixed(3),
    mean(latents.map(({ found }) => found)).toFixed(1),
    mean(latents.map(({ truth }) => truth)).toFixed(1),
  ];
}

function randomTree(seed: number, strength: number): LatentTree {
  const random = new Random(1000 + seed);
  const groups = Array.from({ length: 3 }, () => 3 + random.below(2));
  const features = Array.from({ length: groups[0]! + groups[1]! + groups[2]! }, () => 3 + random.below(5));
  return sampleTree(seed, { islands: [features, groups], strength, links: LINKS });
}
