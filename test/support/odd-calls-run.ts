import type { Engine } from 'espalier';
import { type Taken, takenCalls } from './odd-calls.js';
import { ODD, type Place, placesOf } from './odd-values.js';
import { type PublicCall, publicCalls } from './public-api.js';
import { faultOf } from './refusal.js';

export interface Outcome {
  /** What is wrong, a line each. */
  readonly faults: string[];
  /** By call and place, the odd values that were taken. */
  readonly accepted: Record<string, Record<string, string>>;
  readonly cases: number;
}

const MOST_MILLISECONDS = 2000;

/** Calls everything public with every odd value in every place of its arguments, the others as they should be. */
export async function callOddly(engine: Engine): Promise<Outcome> {
  const taken = await takenCalls(engine);
  const calls = publicCalls();
  const outcome: Outcome & { cases: number } = { faults: [], accepted: {}, cases: 0 };
  for (const name of Object.keys(taken))
    if (!calls.some((call) => call.name === name)) outcome.faults.push(`${name}: is not public`);
  for (const call of calls) {
    const own = taken[call.name];
    if (own) await callOne(engine, call, own, outcome);
    else outcome.faults.push(`${call.name}: is not in the table of calls`);
  }
  return outcome;
}

async function callOne(engine: Engine, call: PublicCall, taken: Taken, outcome: Outcome & { cases: number }) {
  const { faults, accepted } = outcome;
  const made = taken.args().length;
  if (made !== call.parameters) faults.push(`${call.name}: has ${call.parameters} parameters, ${made} in the table`);
  const control = await attempt(engine, call, taken, taken.args());
  if (taken.internal ? control === 'taken' : control !== 'taken') faults.push(`${call.name}: ${control}`);
  for (const place of placesOf(taken.args)) {
    const here: string[] = [];
    for (const [name, odd] of Object.entries(ODD)) {
      outcome.cases++;
      const said = await attempt(engine, call, taken, place.put(odd()));
      if (said === 'taken') here.push(name);
      else if (said !== 'refused') faults.push(`${call.name}, ${name} for ${place.path}: ${said}`);
    }
    if (here.length > 0) note(accepted, call, place, here);
  }
}

function note(accepted: Outcome['accepted'], { name }: PublicCall, { path }: Place, odd: readonly string[]): void {
  accepted[name] ??= {};
  accepted[name][path] = odd.join(' ');
}

/** 'taken', 'refused', or what is wrong. */
async function attempt(engine: Engine, call: PublicCall, taken: Taken, args: unknown[]): Promise<string> {
  const on = taken.on?.();
  const used = engine.arena.used;
  const began = performance.now();
  let said: string;
  try {
    await inTime(settle(call.call(args, on)));
    said = 'taken';
  } catch (error) {
    said = faultOf(error) ?? 'refused';
  }
  if (engine.arena.used !== used) return `${engine.arena.used - used} bytes were not given back`;
  const took = performance.now() - began;
  return took > MOST_MILLISECONDS ? `took ${Math.round(took)} ms` : said;
}

/** The result in full; nets are disposed of, workers ended. */
async function settle(value: unknown): Promise<void> {
  const result = (await value) as (AsyncIterable<unknown> & { dispose?(): void; terminate?(): void }) | undefined;
  if (typeof result !== 'object' || result === null) return;
  if (Symbol.asyncIterator in result) for await (const _ of result);
  if ('dispose' in result) result.dispose?.();
  if ('terminate' in result) result.terminate?.();
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('still at work')), MOST_MILLISECONDS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
