// npm run bench:latent-tree -- [--rounds 5] [--data agnews,tox21] [--set key=value]...: seconds that learning a latent tree takes by phase, then its expansion, medians
// of several runs on one thread, and the peak memory, one process for each data set. Checks the tree before it tells a time.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { assignLatents, createEngine, type Dataset, expandTree, type LatentTree } from 'espalier';
import { parseSparseText } from 'espalier/read';
import { median } from '#dist/cli/bench/statistics.js';
import { learnLatentTree } from '#dist/structure/latent/learning.js';
import { formatTable, megabytes, printHeader } from './support/report.js';

const SHARED = new URL('../../../shared/data/', import.meta.url);
const COLUMNS: Readonly<Record<string, number>> = { agnews: 10000, tox21: 2048 };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    data: { type: 'string', default: 'agnews,tox21' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new RangeError(`--rounds: expected an integer from 1, got ${values.rounds}`);

const chosen = process.env.ESPALIER_BENCH_DATA;
if (chosen !== undefined) await measure(chosen);
else {
  printHeader('Latent trees');
  for (const name of values.data.split(',')) await inChild(name);
}

/** Its peak memory is a process's own. */
function inChild(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1]!, process.argv.slice(2), { env: { ...process.env, ESPALIER_BENCH_DATA: name } });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))));
  });
}

async function measure(name: string): Promise<void> {
  const columns = COLUMNS[name];
  if (columns === undefined)
    throw new RangeError(`--data: expected some of ${Object.keys(COLUMNS).join(', ')}; got ${name}`);
  const path = new URL(`${name}/train.txt`, SHARED);
  if (!existsSync(path)) {
    console.log(`${name}: ../shared/data/${name} is not here; nothing to run`);
    return;
  }
  const data = parseSparseText(readFileSync(path, 'utf8'), { columns });
  const engine = await createEngine();
  const options = Object.fromEntries(values.set.map((item) => [item.split('=')[0]!, Number(item.split('=')[1])]));
  /** Resident and engine bytes once the first tree stands. */
  const peaks: number[] = [];
  const resident = process.memoryUsage().rss;
  const runs: Record<string, number>[] = [];
  let first: LatentTree | undefined;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const { tree, seconds } = await learnLatentTree(data, { ...options, engine });
    const learned = performance.now();
    if (round === 0) peaks.push(process.resourceUsage().maxRSS * 1024, engine.arena.peak);
    if (first === undefined) await check(tree, data);
    else if (JSON.stringify(tree) !== JSON.stringify(first)) throw new Error(`${name}: two runs, two trees`);
    first ??= tree;
    const expanding = performance.now();
    await expandTree(tree, data, { engine });
    const expanded = performance.now();
    runs.push({ 'whole tree': (learned - began) / 1000, ...seconds, expansion: (expanded - expanding) / 1000 });
  }
  const tree = first!;
  console.log(
    `${name}: ${data.rows} x ${data.columns}; levels of ${tree.levels.join(', ')} latents; ln P ${tree.logLikelihood.toFixed(0)}, BIC ${tree.bic.toFixed(0)}`,
  );
  const header = Object.keys(runs[0]!);
  console.log(formatTable(header, [header.map((phase) => median(runs.map((run) => run[phase]!)).toFixed(2))]));
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(
    `seconds, medians of ${rounds}; peak resident ${megabytes(resident)} with the data alone, ${megabytes(peaks[0]!)} after the first tree (engine ${megabytes(peaks[1]!)}), ${megabytes(peak)} in the end (engine ${megabytes(engine.arena.peak)})\n`,
  );
}

/** Each feature has a parent on the first level, and the rows' likelihoods make the tree's. */
async function check(tree: LatentTree, data: Dataset): Promise<void> {
  const members = Array.from({ length: tree.levels[0]! }, (_, i) => tree.island(tree.features + i).length);
  if (members.reduce((a, b) => a + b) !== tree.features) throw new Error('islands that are no partition');
  const { logLikelihood } = await assignLatents(tree, data);
  const sum = logLikelihood.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - tree.logLikelihood) > 1e-9 * Math.abs(sum))
    throw new Error(`the rows' likelihoods make ${sum}, the tree's is ${tree.logLikelihood}`);
}
