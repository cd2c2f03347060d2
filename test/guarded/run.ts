// npm run test:guarded: the whole suite once on kernels that check every access to memory. Arguments go to the runner: a regex over file names, --verbose.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guardedEnvironment, type ProcessTally, sumOf, talliesOf } from './tallies.js';
import { writeGuarded } from './write.js';

const folder = new URL('../../guarded/', import.meta.url);
const runner = fileURLToPath(new URL('../run.js', import.meta.url));

rmSync(folder, { recursive: true, force: true });
writeGuarded(folder);
const { status } = spawnSync(process.execPath, [runner, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: guardedEnvironment(folder),
});
const clean = report(talliesOf(folder));
process.exitCode = status === 0 && clean ? 0 : 1;

/**
 * Prints what was checked, and every violation once; a test may have taken one for the error that it expected. False when there is one, or nothing was
 * checked.
 */
function report(tallies: readonly ProcessTally[]): boolean {
  const calls = sumOf(tallies.map((tally) => tally.calls));
  const accesses = tallies.reduce((sum, tally) => sum + tally.accesses, 0);
  const all = [...calls.values()].reduce((sum, count) => sum + count, 0);
  const called = [...calls.values()].filter((count) => count > 0).length;
  const told = new Set(tallies.flatMap((tally) => tally.violations.map((text) => `${text}\n  ${tally.file}`)));
  for (const violation of told) console.log(violation);
  console.log(
    `${all} calls of ${called} of ${calls.size} kernels in ${tallies.length} processes, ${accesses} accesses checked, ${told.size} violations`,
  );
  return told.size === 0 && accesses > 0;
}
