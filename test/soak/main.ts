// npm run test:soak -- [--minutes 20] [--seed 1] [--threads 2] [--round N]: calls side by side for minutes, see soak.ts. Exits with 1 on a fault, and says how to see it again.
import { parseArgs } from 'node:util';
import { inWords, soak } from './soak.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    round: { type: 'string' },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const threads = Number(values.threads);
const round = values.round === undefined ? undefined : Number(values.round);

process.on('unhandledRejection', (error) => {
  console.error(`soak: unhandled rejection, seed ${seed}`);
  console.error(error);
  process.exit(1);
});

try {
  const counts = await soak({
    seed,
    milliseconds: minutes * 60_000,
    round,
    threads,
    report: (line) => console.log(line),
  });
  console.log(`soak: seed ${seed}, ${minutes} min: ${inWords(counts)}, 0 faults`);
} catch (error) {
  const [, where] = /round (\d+)/.exec((error as Error).message) ?? [];
  console.error(error);
  console.error(`soak: 1 fault. Again: npm run test:soak -- --seed ${seed}${where ? ` --round ${where}` : ''}`);
  process.exitCode = 1;
}
