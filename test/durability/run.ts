// npm run test:durability -- [--kills N] [--faults N] [--seed S] [--only NAME]: commands that write are killed at random instants, their disks
// fill up, a second one writes the same files. Ends with a line of counts; a case that fails prints the line that runs it again.
import { parseArgs } from 'node:util';
import { Scratch } from '../support/cli.js';
import { Fault, type Reference, reference } from './command.js';
import { failingCall, systemCases } from './faults.js';
import { killChain } from './kills.js';
import { newFolder, type Scenario, scenarios } from './scenarios.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '56' },
    faults: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const { only } = values;
const [kills, faults, seed] = [values.kills, values.faults, values.seed].map(Number) as [number, number, number];
/** Kills in one folder. */
const CHAIN = 7;

const scratch = new Scratch();
const total = { kills: 0, inCalls: 0, ended: 0, failing: 0, cases: 0, skipped: 0, faults: 0 };
try {
  const some = new Map<string, { scenario: Scenario; whole: Reference }>();
  for (const scenario of scenarios(scratch)) {
    const whole = await reference(scenario, newFolder(scratch), scratch.path('count'));
    some.set(scenario.name, { scenario, whole });
    console.log(`${scenario.name}: ${whole.time.toFixed(0)} ms, ${whole.calls} calls that change files`);
  }
  const chosen = [...some.values()].filter(({ scenario }) => scenario.name.includes(only));
  const writing = chosen.filter(({ scenario }) => scenario.outputs.length > 0);

  for (let i = 0; total.kills < kills && i < kills * 4; i++) {
    const { scenario, whole } = chosen[i % chosen.length]!;
    const own = seed + i;
    await tried(`kills, ${scenario.name}`, `--kills 1 --faults 0 --seed ${own} --only '${scenario.name}'`, async () => {
      const chain = await killChain(scenario, whole, scratch, own, CHAIN);
      for (const name of ['kills', 'inCalls', 'ended'] as const) total[name] += chain[name];
      return `seed ${own}, ${chain.kills} kills, ${chain.inCalls} in calls, ${chain.ended} ended before`;
    });
  }
  for (let i = 0; writing.length > 0 && i < faults; i++) {
    const { scenario, whole } = writing[i % writing.length]!;
    const own = seed + i;
    const again = `--kills 0 --faults 1 --seed ${own} --only '${scenario.name}'`;
    await tried(`a failing call, ${scenario.name}`, again, async () => {
      await failingCall(scenario, whole, scratch, own);
      total.failing++;
      return `seed ${own}`;
    });
  }
  for (const { name, work } of only === '' ? systemCases(some, scratch) : []) {
    await tried(name, `--kills 0 --faults 0`, async () => {
      const skipped = await work();
      if (skipped === undefined) total.cases++;
      else total.skipped++;
      return skipped === undefined ? 'held' : `left out: ${skipped}`;
    });
  }
} finally {
  scratch.remove();
}
console.log(
  `${total.kills} kills (${total.inCalls} inside calls that change files), ${total.ended} runs that ended before theirs, ${total.failing} failing calls, ${total.cases} other cases, ${total.skipped} left out, ${total.faults} faults`,
);
process.exitCode = total.faults > 0 ? 1 : 0;

async function tried(name: string, again: string, work: () => Promise<string>): Promise<void> {
  try {
    console.log(`${name}: ${await work()}`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    total.faults++;
    console.log(`FAULT ${name}: ${error.message}\n  again: npm run test:durability -- ${again}`);
  }
}
