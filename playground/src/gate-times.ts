// What skipping closed filters saves, measured: both ways in turns, over the same picture.
import type { RemoteDataset } from 'espalier/worker';
import { median } from '../../dist/cli/bench/statistics.js';
import { el, percent, rounded, table } from './dom.js';
import type { Sides } from './net-picture.js';
import type { ImageNet } from './training.js';
import { starting } from './worker.js';

/** Copies of the picture in a run, so that the way to the worker counts for little. */
const COPIES = 64;
const ROUNDS = 9;

export interface Times {
  /** Milliseconds a picture, medians. */
  readonly skipping: number;
  readonly whole: number;
  readonly gater: number;
}

export async function timesOf(net: ImageNet, pixels: Uint8Array, sides: Sides, signal: AbortSignal): Promise<Times> {
  const worker = await starting;
  const values = new Uint8Array(COPIES * pixels.length);
  for (let i = 0; i < COPIES; i++) values.set(pixels, i * pixels.length);
  const { channels, height, width } = sides;
  const data: RemoteDataset = await worker.Dataset.images({ channels, height, width, values });
  const ways = [
    () => net.predict(data, { signal }),
    () => net.predict(data, { skip: false, signal }),
    () => net.gates(data, { signal }),
  ];
  const times = ways.map((): number[] => []);
  try {
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++)
      for (const [w, way] of ways.entries()) {
        const began = performance.now();
        await way();
        if (round > 0) times[w]!.push((performance.now() - began) / COPIES);
      }
  } finally {
    await data.dispose().catch(() => {});
  }
  const [skipping, whole, gater] = times.map(median) as [number, number, number];
  return { skipping, whole, gater };
}

/** `cost`: multiply-adds of the backbone with these gates. */
export function costParts(net: ImageNet, cost: number): HTMLElement {
  const { dense, gater } = net.multiplyAdds;
  const saved = dense - cost - gater;
  return el(
    'p',
    { id: 'multiply-adds' },
    `The backbone takes ${millions(cost)} of ${millions(dense)} multiply-adds for this picture: closed filters save ${percent(1 - cost / dense)}. The gater takes ${millions(gater)}, so that in all ${saved > 0 ? `${percent(saved / dense)} are saved` : 'nothing is saved'}.`,
  );
}

export function timeParts({ skipping, whole, gater }: Times): HTMLElement {
  const alone = whole - gater;
  const ratio = whole / skipping;
  const won =
    ratio > 1.02
      ? `Skipping makes the net ${rounded(ratio)} times as fast here.`
      : 'Skipping does not make the net faster here: its layers are small, and choosing filters costs what they save.';
  // Within a twentieth times tell nothing.
  const beside =
    skipping < 0.95 * alone
      ? `A backbone that runs all filters and needs no gater would take about ${ms(alone)}: the gater is worth its time.`
      : skipping < 1.05 * alone
        ? `A backbone that runs all filters and needs no gater would take about as long, ${ms(alone)}: for this picture the gater gains as much time as it takes.`
        : `But a backbone that runs all filters and needs no gater would take about ${ms(alone)}: for this picture gating does not pay in time.`;
  return el(
    'div',
    {},
    table(
      ['Way', 'A picture takes'],
      [
        ['closed filters skipped', ms(skipping)],
        ['all filters run', ms(whole)],
        ['the gater, a part of both', ms(gater)],
      ],
    ),
    el('p', { id: 'times' }, `${won} ${beside}`),
    el(
      'p',
      { class: 'hint' },
      `Medians of ${ROUNDS} runs each over ${COPIES} copies, in turns. Where all filters run, what they make is multiplied by their gates: both ways give the same answer, bit by bit.`,
    ),
  );
}

function ms(time: number): string {
  return time < 1 ? `${rounded(1000 * time)} µs` : `${rounded(time)} ms`;
}

function millions(count: number): string {
  return count < 1e6 ? `${Math.round(count / 1000)} thousand` : `${(count / 1e6).toFixed(2)} million`;
}
