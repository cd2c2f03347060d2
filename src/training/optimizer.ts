import { checked } from '../check/complete.js';
import type { CompletedValue, Option, Options, OptionsOf, ValueOf } from '../check/option.js';
import { roundUp } from '../numeric/padding.js';
import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Fork } from '../runtime/fork.js';

const DECAY = {
  kind: 'number',
  from: 0,
  below: 1,
  default: 0,
} as const;

/** Adam (Kingma and Ba 2015). */
const ADAM = {
  beta1: { kind: 'number', from: 0, below: 1, default: 0.9, doc: 'Decay of the mean of gradients.' },
  beta2: { kind: 'number', from: 0, below: 1, default: 0.999, doc: 'Decay of the mean of their squares.' },
  epsilon: { kind: 'number', from: 0, below: 1, default: 1e-8, doc: 'Added to the root of that mean.' },
  weightDecay: { ...DECAY, doc: 'Weight decay.' },
  decoupled: {
    kind: 'flag',
    default: false,
    doc: 'Decoupled weight decay, AdamW (Loshchilov and Hutter 2019), rather than an L2 term in the gradient.',
  },
} as const satisfies Options;

/** Stochastic gradient descent with momentum. */
const SGD = {
  momentum: { kind: 'number', from: 0, below: 1, default: 0.9, doc: 'Momentum.' },
  nesterov: { kind: 'flag', default: false, doc: 'Nesterov momentum.' },
  weightDecay: { ...DECAY, doc: 'L2 term in the gradient.' },
} as const satisfies Options;

/** The option of fit. */
export const OPTIMIZER = {
  kind: 'variant',
  of: { adam: ADAM, sgd: SGD },
  doc: 'How weights follow gradients: adam, or sgd with momentum.',
} as const satisfies Option;

export type AdamOptions = { kind: 'adam' } & OptionsOf<typeof ADAM>;
export type SgdOptions = { kind: 'sgd' } & OptionsOf<typeof SGD>;
export type OptimizerOptions = ValueOf<typeof OPTIMIZER>;

/** Completed and checked. */
export type OptimizerSettings = CompletedValue<typeof OPTIMIZER>;
type AdamSettings = Extract<OptimizerSettings, { kind: 'adam' }>;
type SgdSettings = Extract<OptimizerSettings, { kind: 'sgd' }>;

/** A block of floats. */
export interface Block {
  readonly at: Address;
  readonly length: number;
}

/** The floats from `from` on, a multiple of 16, whose rate is `factor` times that of the others. */
export interface Slowed {
  readonly from: number;
  readonly factor: number;
}

/** Optimiser state over one block of parameters. */
export interface Optimizer {
  /** One update from the gradients. */
  step(parameters: Block, gradients: Address, rate: number, slowed?: Slowed): void;
  /** State vectors, for checkpoints. */
  readonly state: Readonly<Record<string, Block>>;
  /** State numbers, for checkpoints. */
  scalars: number[];
}

/** Fills in defaults; TypeError or RangeError for what makes no sense. */
export function optimizerOptions(options: OptimizerOptions): OptimizerSettings {
  return checked(OPTIMIZER, options, 'optimizer') as OptimizerSettings;
}

export function createOptimizer(engine: Engine, scope: Scope, length: number, options: OptimizerSettings): Optimizer {
  return options.kind === 'adam' ? new Adam(engine, scope, length, options) : new Sgd(engine, scope, length, options);
}

class Adam implements Optimizer {
  readonly state: { mean: Block; square: Block };
  /** β1^t and β2^t, as running products: Math.pow need not give the same bits everywhere. */
  scalars = [1, 1];
  private readonly engine: Engine;
  private readonly options: AdamSettings;

  constructor(engine: Engine, scope: Scope, length: number, options: AdamSettings) {
    this.engine = engine;
    this.options = options;
    this.state = { mean: { at: scope.zeros(length), length }, square: { at: scope.zeros(length), length } };
  }

  step(parameters: Block, gradients: Address, given: number, slowed?: Slowed): void {
    const { beta1, beta2, epsilon, weightDecay, decoupled } = this.options;
    const [p1, p2] = [this.scalars[0]! * beta1, this.scalars[1]! * beta2];
    this.scalars = [p1, p2];
    const { mean, square } = this.state;
    inRates(this.engine, parameters.length, given, slowed, ({ kernels }, at, length, rate) => {
      kernels.adam(
        plus(parameters.at, at),
        plus(gradients, at),
        plus(mean.at, at),
        plus(square.at, at),
        length,
        rate / (1 - p1),
        1 / Math.sqrt(1 - p2),
        beta1,
        beta2,
        epsilon,
        decoupled ? 0 : weightDecay,
        decoupled ? 1 - rate * weightDecay : 1,
      );
    });
  }
}

class Sgd implements Optimizer {
  readonly state: { velocity: Block };
  scalars: number[] = [];
  private readonly engine: Engine;
  private readonly options: SgdSettings;

  constructor(engine: Engine, scope: Scope, length: number, options: SgdSettings) {
    this.engine = engine;
    this.options = options;
    this.state = { velocity: { at: scope.zeros(length), length } };
  }

  step(parameters: Block, gradients: Address, given: number, slowed?: Slowed): void {
    const { momentum, nesterov, weightDecay } = this.options;
    const { velocity } = this.state;
    inRates(this.engine, parameters.length, given, slowed, ({ kernels }, at, length, rate) => {
      kernels.sgd(
        plus(parameters.at, at),
        plus(gradients, at),
        plus(velocity.at, at),
        length,
        rate,
        momentum,
        nesterov ? 1 : 0,
        weightDecay,
      );
    });
  }
}

/** What a weight takes, in multiply-adds: mostly its way from memory and back. */
const UPDATE = 20;
const LOOK = 4;
/** Weights of a part, at least: 64 kB of each vector. */
const LEAST = 2 ** 14;
const PARTS = 16;

/** Whether all numbers of a block are finite; its length is a multiple of 4. */
export function isFiniteBlock(engine: Engine, { at, length }: Block): boolean {
  const fork = inVectors(engine, length, LOOK, (fork, from, part) => {
    fork.keep(fork.kernels.all_finite(plus(at, from), part));
  });
  for (let i = 0; i < fork.keptCount; i++) if (!fork.kept(i)) return false;
  return true;
}

/** Updates of vectors of `length` floats in parts of one rate each. */
function inRates(
  engine: Engine,
  length: number,
  rate: number,
  { from, factor }: Slowed = { from: length, factor: 1 },
  update: (fork: Fork, at: number, length: number, rate: number) => void,
): void {
  if (factor === 1 || from >= length) {
    inVectors(engine, length, UPDATE, (fork, at, part) => update(fork, at, part, rate));
    return;
  }
  inVectors(engine, from, UPDATE, (fork, at, part) => update(fork, at, part, rate));
  inVectors(engine, length - from, UPDATE, (fork, at, part) => update(fork, from * 4 + at, part, rate * factor));
}

/** Vectors of `length` floats in parts, `at` bytes from their starts. */
function inVectors(
  engine: Engine,
  length: number,
  work: number,
  update: (fork: Fork, at: number, length: number) => void,
): Fork {
  const fork = engine.fork(length * work);
  const part = roundUp(Math.max(LEAST, length / PARTS), 16);
  for (let from = 0; from < length; from += part) {
    update(fork, from * 4, Math.min(part, length - from));
    fork.next();
  }
  fork.join();
  return fork;
}
