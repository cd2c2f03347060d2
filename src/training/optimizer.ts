import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';

/** Adam (Kingma and Ba 2015). */
export interface AdamOptions {
  kind: 'adam';
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  /** Default 0. */
  weightDecay?: number;
  /** Decoupled weight decay, AdamW (Loshchilov and Hutter 2019), rather than an L2 term in the gradient. Default false. */
  decoupled?: boolean;
}

/** Stochastic gradient descent with momentum. */
export interface SgdOptions {
  kind: 'sgd';
  /** Default 0.9. */
  momentum?: number;
  /** Nesterov momentum. Default false. */
  nesterov?: boolean;
  /** L2 term in the gradient. Default 0. */
  weightDecay?: number;
}

export type OptimizerOptions = 'adam' | 'sgd' | AdamOptions | SgdOptions;

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
export function optimizerOptions(options: OptimizerOptions): Required<AdamOptions> | Required<SgdOptions> {
  const given = (typeof options === 'string' ? { kind: options } : options) as AdamOptions | SgdOptions;
  if (given?.kind === 'adam') {
    const full = complete<AdamOptions>(
      { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupled: false },
      given,
    );
    requireIn(full.beta1, 0, 1, 'optimizer.beta1');
    requireIn(full.beta2, 0, 1, 'optimizer.beta2');
    requireIn(full.epsilon, 0, 1, 'optimizer.epsilon');
    requireIn(full.weightDecay, 0, 1, 'optimizer.weightDecay');
    requireFlag(full.decoupled, 'optimizer.decoupled');
    return full;
  }
  if (given?.kind === 'sgd') {
    const full = complete<SgdOptions>({ momentum: 0.9, nesterov: false, weightDecay: 0 }, given);
    requireIn(full.momentum, 0, 1, 'optimizer.momentum');
    requireIn(full.weightDecay, 0, 1, 'optimizer.weightDecay');
    requireFlag(full.nesterov, 'optimizer.nesterov');
    return full;
  }
  throw new TypeError(`optimizer: expected 'adam', 'sgd' or an object with that kind, got ${JSON.stringify(options)}`);
}

export function createOptimizer(
  engine: Engine,
  scope: Scope,
  length: number,
  options: Required<AdamOptions> | Required<SgdOptions>,
): Optimizer {
  return options.kind === 'adam' ? new Adam(engine, scope, length, options) : new Sgd(engine, scope, length, options);
}

class Adam implements Optimizer {
  readonly state: { mean: Block; square: Block };
  /** β1^t and β2^t, as running products: Math.pow need not give the same bits everywhere. */
  scalars = [1, 1];
  private readonly engine: Engine;
  private readonly options: Required<AdamOptions>;

  constructor(engine: Engine, scope: Scope, length: number, options: Required<AdamOptions>) {
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
  private readonly options: Required<SgdOptions>;

  constructor(engine: Engine, scope: Scope, length: number, options: Required<SgdOptions>) {
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

/** Defaults where an option is absent or undefined; TypeError for an option that this optimiser does not have. */
function complete<T extends { kind: string }>(defaults: Required<Omit<T, 'kind'>>, given: T): Required<T> {
  const full: Record<string, unknown> = { kind: given.kind, ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(full, name)) {
      const known = Object.keys(full).join(', ');
      throw new TypeError(`optimizer.${name}: expected one of ${known}, got an option that ${given.kind} has not`);
    }
    if (value !== undefined) full[name] = value;
  }
  return full as Required<T>;
}

function requireFlag(value: boolean, argument: string): void {
  if (typeof value !== 'boolean') throw new TypeError(`${argument}: expected a boolean, got ${typeof value}`);
}

function requireIn(value: number, low: number, high: number, argument: string): void {
  if (typeof value !== 'number') throw new TypeError(`${argument}: expected a number, got ${typeof value}`);
  if (!(value >= low && value < high))
    throw new RangeError(`${argument}: expected a number from ${low} to below ${high}, got ${value}`);
}
