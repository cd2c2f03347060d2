import { checked } from '../check/complete.js';
import type { CompletedValue, Option, Options, OptionsOf, ValueOf } from '../check/option.js';
import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';

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

/** Optimiser state over one block of parameters. */
export interface Optimizer {
  /** One update from the gradients. */
  step(parameters: Block, gradients: Address, rate: number): void;
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

  step(parameters: Block, gradients: Address, rate: number): void {
    const { beta1, beta2, epsilon, weightDecay, decoupled } = this.options;
    const [p1, p2] = [this.scalars[0]! * beta1, this.scalars[1]! * beta2];
    this.scalars = [p1, p2];
    this.engine.kernels.adam(
      parameters.at,
      gradients,
      this.state.mean.at,
      this.state.square.at,
      parameters.length,
      rate / (1 - p1),
      1 / Math.sqrt(1 - p2),
      beta1,
      beta2,
      epsilon,
      decoupled ? 0 : weightDecay,
      decoupled ? 1 - rate * weightDecay : 1,
    );
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

  step(parameters: Block, gradients: Address, rate: number): void {
    const { momentum, nesterov, weightDecay } = this.options;
    this.engine.kernels.sgd(
      parameters.at,
      gradients,
      this.state.velocity.at,
      parameters.length,
      rate,
      momentum,
      nesterov ? 1 : 0,
      weightDecay,
    );
  }
}
