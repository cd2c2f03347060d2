// What was measured, in words for readers.
import { OURS } from './peers/espalier.js';
import { losses } from './run.js';
import { digits, spread } from './spread.js';
import type { Measured } from './suite.js';

/** A line for each who was timed: the time, and how many times the package's it is. */
export function linesOf({ name, shape, times, refused }: Measured): string[][] {
  const ours = times.find(({ peer }) => peer === OURS);
  const timed = times.map((time) => [
    `  ${time.peer}`,
    spread(time),
    ours && time !== ours ? `${digits(time.ms / ours.ms)} x` : '',
  ]);
  return [[`${name}, ${shape}`, '', ''], ...timed, ...refused.map(({ peer, why }) => [`  ${peer}`, 'not timed', why])];
}

/** One line for each task in which another was faster, or one that says there was none. */
export function lossLines(measured: readonly Measured[]): string[] {
  const byTask = new Map<Measured, string[]>();
  for (const { task, peer, times } of losses(measured))
    byTask.set(task, [...(byTask.get(task) ?? []), `${peer} (${digits(times)} times as fast)`]);
  if (byTask.size === 0) return [`${OURS} was slower than nobody.`];
  return [...byTask].map(
    ([{ name, shape }, peers]) => `${OURS} was slower in ${name}, ${shape}: than ${peers.join(', ')}.`,
  );
}
