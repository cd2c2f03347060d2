import { f } from './float.js';

export interface SgdSettings {
  readonly rate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly l2: number;
}

export interface AdamSettings {
  readonly stepSize: number;
  readonly rootScale: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly l2: number;
  readonly shrink: number;
}

type Floats = Float32Array | Float64Array;
type Round = (x: number) => number;

/** One step, every operation rounded by `round`: Math.fround for the twin, the identity for the reference in f64. */
export function sgd(p: Floats, grad: Floats, v: Floats, settings: SgdSettings, round: Round = f): void {
  const [rate, momentum, l2] = [round(settings.rate), round(settings.momentum), round(settings.l2)];
  for (let i = 0; i < p.length; i++) {
    const g = round(grad[i]! + round(l2 * p[i]!));
    v[i] = round(round(momentum * v[i]!) + g);
    const step = settings.nesterov ? round(g + round(momentum * v[i]!)) : v[i]!;
    p[i] = round(p[i]! - round(rate * step));
  }
}

/** One step, as `sgd`. */
export function adam(p: Floats, grad: Floats, m: Floats, v: Floats, settings: AdamSettings, round: Round = f): void {
  const [b1, b2] = [round(settings.beta1), round(settings.beta2)];
  const [c1, c2] = [round(1 - b1), round(1 - b2)];
  const [rate, root] = [round(settings.stepSize), round(settings.rootScale)];
  const [epsilon, l2, shrink] = [round(settings.epsilon), round(settings.l2), round(settings.shrink)];
  for (let i = 0; i < p.length; i++) {
    const g = round(grad[i]! + round(l2 * p[i]!));
    m[i] = round(round(b1 * m[i]!) + round(c1 * g));
    v[i] = round(round(b2 * v[i]!) + round(c2 * round(g * g)));
    const denominator = round(round(round(Math.sqrt(v[i]!)) * root) + epsilon);
    p[i] = round(round(p[i]! * shrink) - round(round(rate * m[i]!) / denominator));
  }
}
