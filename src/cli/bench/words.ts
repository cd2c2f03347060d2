// What was measured, in words for readers.
import { OURS } from './peers/espalier.js';
import { losses } from './run.js';
import type { Measured, Time } from './suite.js';

/** Three digits, in the unit that suits. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  return ms >= 1 ? `${digits(ms)} ms` : `${digits(1000 * ms)} µs`;
}

/** Median and quartiles, in one unit. */
export function spread({ ms, quartiles, samples }: Time): string {
  const [size, unit] = ms >= 1000 ? [1000, 's'] : ms >= 1 ? [1, 'ms'] : [0.001, 'µs'];
  if (samples === 1) return `${milliseconds(ms)} (one run)`;
  const [low, high] = quartiles.map((q) => digits(q / size));
  return `${digits(ms / size)} ${unit} (${low} to ${high})`;
}

export function digits(x: number): string {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}

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
