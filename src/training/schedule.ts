import { checked } from '../check/complete.js';
import type { Option, Options, OptionsOf } from '../check/option.js';
import { got } from '../check/phrase.js';

const STEPS = {
  steps: {
    kind: 'list',
    of: { kind: 'number', unit: 'a fraction of all epochs', from: 0, to: 1, doc: 'A fraction of all epochs.' },
    required: true,
    doc: 'Fractions of all epochs at which the rate is multiplied.',
  },
  factor: { kind: 'number', unit: 'a factor', from: 0, required: true, doc: 'What it is multiplied by.' },
} as const satisfies Options;

const NAMES = ['constant', 'inverse-sqrt', 'cosine'] as const;

/**
 * The learning rate's factor over epochs (counted from 0): 'constant'; 'inverse-sqrt' 1/√(epoch + 1), the TRF paper's; 'cosine' from 1 to 0 along half a
 * wave; { steps } multiplies by `factor` at each fraction of all epochs; or a function.
 */
export type Schedule = (typeof NAMES)[number] | OptionsOf<typeof STEPS> | ((epoch: number, epochs: number) => number);

/** The option of fit. */
export const SCHEDULE = {
  kind: 'group',
  options: STEPS,
  or: isNamedOrFunction,
  orDoc: "'constant', 'inverse-sqrt', 'cosine' or a function",
  names: NAMES,
  doc: "The learning rate's factor over epochs: constant, inverse-sqrt (1/√(epoch + 1), the TRF paper's), cosine, at steps, or what a function makes of the epoch (from 0) and their number.",
} as const satisfies Option;

function isNamedOrFunction(
  value: unknown,
): value is Exclude<Schedule, object> | ((epoch: number, epochs: number) => number) {
  return typeof value === 'function' || NAMES.includes(value as (typeof NAMES)[number]);
}

/** What the learning rate is multiplied by in an epoch, from 0. TypeError or RangeError for a schedule that makes no sense. */
export function scheduleFactor(schedule: Schedule, epoch: number, epochs: number): number {
  if (schedule === 'constant') return 1;
  if (schedule === 'inverse-sqrt') return 1 / Math.sqrt(epoch + 1);
  if (schedule === 'cosine') return 1 - sineOfQuarter(epoch / epochs) ** 2;
  if (typeof schedule === 'function') {
    const factor = schedule(epoch, epochs);
    if (typeof factor !== 'number' || !Number.isFinite(factor) || factor < 0) {
      throw new RangeError(`schedule: expected a factor of at least 0 for epoch ${epoch}, got ${got(factor)}`);
    }
    return factor;
  }
  const { steps, factor } = checked(SCHEDULE, schedule, 'schedule') as OptionsOf<typeof STEPS>;
  return steps.reduce((product, fraction) => (epoch >= fraction * epochs ? product * factor : product), 1);
}

/** sin(π/2 · t) for t in [0, 1], by its series: Math.sin need not give the same bits everywhere. */
function sineOfQuarter(t: number): number {
  const x = t * 1.5707963267948966;
  let sum = 0;
  let term = x;
  for (let k = 1; k < 26; k += 2) {
    sum += term;
    term *= (-x * x) / ((k + 1) * (k + 2));
  }
  return sum;
}
