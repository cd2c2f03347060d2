import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Scratch } from '../support/cli.js';
import { Random } from '../support/random.js';
import { check, Fault, finish, putOld, type Reference, resumed, run } from './command.js';
import { newFolder, type Scenario } from './scenarios.js';

/** What came of a chain of kills. */
export interface Chain {
  /** Runs that a signal ended. */
  kills: number;
  /** Of these, the ones inside a call that changes the file system. */
  inCalls: number;
  /** Runs that ended before the signal came. */
  ended: number;
}

const SIGNALS = ['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT'] as const;
const CODES = { SIGKILL: -1, SIGTERM: 143, SIGINT: 130 } as const;

/** Kills a command so many times in one folder, each run going on from what the one before left, then lets it finish. Which instants: told by the seed. */
export async function killChain(
  scenario: Scenario,
  whole: Reference,
  scratch: Scratch,
  seed: number,
  times: number,
): Promise<Chain> {
  const random = new Random(seed);
  const chain: Chain = { kills: 0, inCalls: 0, ended: 0 };
  const folder = newFolder(scratch);
  putOld(scenario, folder);
  let killed = false;
  for (let i = 0; i < times; i++) {
    const name = SIGNALS[random.below(SIGNALS.length)]!;
    const inCall = whole.calls > 0 && random.chance(0.6);
    const at = 1 + random.below(Math.max(1, whole.calls));
    const after = random.next() * whole.time;
    const how = inCall ? { trap: { at, act: name } } : { signal: { name, after } };
    const { code, signal, stderr } = await run(resumed(scenario, folder), how);
    const told = `${name} ${inCall ? `in call ${at} of ${whole.calls}` : `after ${after.toFixed(0)} ms`}`;
    // Before the command listens a signal ends it at once.
    const died = signal === name || code === CODES[name];
    if (!died && code !== 0) throw new Fault(`${told}: exit code ${code}, signal ${signal}, ${stderr}`);
    if (died) {
      chain.kills++;
      if (inCall) chain.inCalls++;
    }
    try {
      // A lock that a killed run left is there until the next run that gets so far.
      check(scenario, whole, folder, killed || name === 'SIGKILL');
    } catch (error) {
      throw error instanceof Fault ? new Fault(`${told}: ${error.message}`) : error;
    }
    killed ||= name === 'SIGKILL' && died;
    if (died) continue;
    chain.ended++;
    // All is written: the next one begins anew.
    if (scenario.checkpoint) rmSync(join(folder, scenario.checkpoint), { force: true });
    putOld(scenario, folder);
  }
  await finish(scenario, whole, folder);
  return chain;
}
