import { type Address, NONE } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { Purpose } from '../runtime/random.js';
import type { Steps } from '../runtime/steps.js';
import { activate, activateBackward, type Noise } from './activate.js';
import { type InputBatch, LANES } from './batch.js';
import type { PackScratch } from './dense-units.js';
import { Linear } from './linear.js';

/** Where a skip-path begins and how wide it is. */
export interface SkipShape {
  /** 0: the features; k: hidden layer k, counted from 1. */
  readonly from: number;
  readonly units: number;
}

/** A dense ReLU layer that leads past the layers above it: logits += V dropout(relu(W x + b)). The output layer has V's bias. */
export class SkipPath {
  readonly from: number;
  readonly hidden: Linear;
  readonly output: Linear;
  private readonly engine: Engine;
  /** Sets the path's random numbers apart from those of the others. */
  private readonly stream: number;

  constructor(
    engine: Engine,
    scope: Scope,
    { from, units }: SkipShape,
    { inputs, input, outputs }: { inputs: number; input: 'rows' | 'tiles'; outputs: number },
    stream: number,
  ) {
    this.engine = engine;
    this.from = from;
    this.stream = stream;
    this.hidden = new Linear(engine, scope, { inputs, dense: units, input });
    this.output = new Linear(engine, scope, { inputs: units, dense: outputs, input: 'tiles', bias: false });
  }

  *initialising(seed: number, gain: number): Steps<void> {
    yield* this.hidden.initialising(seed, Purpose.skipWeights, 2 * this.stream, gain);
    yield* this.output.initialising(seed, Purpose.skipWeights, 2 * this.stream + 1, gain);
  }

  /** Adds the path to the logits; h becomes the activations of its units, tiles of [units][32]. */
  async forward(
    logits: Address,
    h: Address,
    x: InputBatch | Address,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    { dropout = 0, noise }: { dropout?: number; noise?: Noise | undefined } = {},
  ): Promise<void> {
    const mask = noise && { ...noise, purpose: Purpose.skipDropout, stream: this.stream };
    await this.hidden.forward(h, x, tiles, scratch, pace);
    await activate(this.engine, h, tiles * this.hidden.units * LANES, dropout, mask, pace);
    await this.output.forwardLinear(logits, h, tiles, scratch, pace, true);
  }

  /** Gradients of the parameters; those of the path's input are added to dx unless it is NONE. dh is room for the gradients of h. */
  async backward(
    dx: Address,
    dh: Address,
    dlogits: Address,
    h: Address,
    x: InputBatch | Address,
    tiles: number,
    scratch: PackScratch,
    pace: Pace,
    dropout: number,
  ): Promise<void> {
    await this.output.backwardWeight(dlogits, h, tiles, scratch, pace, false);
    await this.output.backwardInput(dh, dlogits, tiles, scratch, pace, false);
    await activateBackward(this.engine, dh, h, tiles * this.hidden.units * LANES, dropout, pace);
    await this.hidden.backward(NONE, dh, x, tiles, scratch, pace);
    if (dx) await this.hidden.backwardInput(dx, dh, tiles, scratch, pace, true);
  }
}
