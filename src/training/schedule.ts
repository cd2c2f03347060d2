/**
 * The learning rate's factor over epochs (counted from 0): 'constant'; 'inverse-sqrt' 1/√(epoch + 1), the TRF paper's; 'cosine' from 1 to 0 along half a
 * wave; { steps } multiplies by `factor` at each fraction of all epochs; or a function.
 */
export type Schedule =
  | 'constant'
  | 'inverse-sqrt'
  | 'cosine'
  | { steps: readonly number[]; factor: number }
  | ((epoch: number, epochs: number) => number);

export function scheduleFactor(schedule: Schedule, epoch: number, epochs: number): number {
  if (schedule === 'constant') return 1;
  if (schedule === 'inverse-sqrt') return 1 / Math.sqrt(epoch + 1);
  if (schedule === 'cosine') return 1 - sineOfQuarter(epoch / epochs) ** 2;
  if (typeof schedule === 'function') {
    const factor = schedule(epoch, epochs);
    if (typeof factor !== 'number' || !Number.isFinite(factor) || factor < 0) {
      throw new RangeError(`schedule: expected a factor of at least 0 for epoch ${epoch}, got ${factor}`);
    }
    return factor;
  }
  if (schedule && Array.isArray(schedule.steps) && typeof schedule.factor === 'number') {
    if (!(schedule.factor >= 0) || !Number.isFinite(schedule.factor)) {
      throw new RangeError(`schedule.factor: expected a factor of at least 0, got ${schedule.factor}`);
    }
    schedule.steps.forEach((fraction, i) => {
      if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
        throw new RangeError(`schedule.steps[${i}]: expected a fraction of all epochs from 0 to 1, got ${fraction}`);
    });
    let factor = 1;
    for (const fraction of schedule.steps) if (epoch >= fraction * epochs) factor *= schedule.factor;
    return factor;
  }
  throw new TypeError(
    `schedule: expected 'constant', 'inverse-sqrt', 'cosine', { steps, factor } or a function, got ${JSON.stringify(schedule)}`,
  );
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
