import type { Outline } from '../../data/outline.js';
import { type Address, NONE } from '../../runtime/address.js';
import type { Pace } from '../../runtime/pace.js';
import type { ClassWeights } from '../../training/class-weights.js';
import type { TrainingRows } from '../../training/feed.js';
import type { TrainingSession } from '../../training/fit.js';
import type { LossSum } from '../../training/losses.js';
import type { Slowed } from '../../training/optimizer.js';
import type { DrawNoise, GatedSteps } from './fit-gated-step.js';
import type { GatedLayers } from './gated-layers.js';
import { GatedSpace } from './gated-space.js';

/** One run of training. What steps it loads with the first. */
export class GatedSession implements TrainingSession {
  readonly gradients: Address;
  trained: number;
  readonly slowed: Slowed;
  /** @internal Tests put their own numbers here. */
  draw?: DrawNoise;
  private readonly space: GatedSpace;
  private readonly stepsPerEpoch: number;
  private steps: GatedSteps | undefined;
  /** Whether the gater took part in the last step. */
  private gatedStep = false;

  constructor(
    private readonly net: GatedLayers,
    private readonly train: Outline,
    batchSize: number,
    weights?: ClassWeights,
  ) {
    this.stepsPerEpoch = Math.ceil(train.rows / batchSize);
    this.trained = net.trainedLength;
    this.slowed = { from: net.backboneLength, factor: net.shape.gaterRate ?? 1 };
    this.space = new GatedSpace(net, batchSize, weights);
    this.gradients = this.space.gradients;
    net.bind(this.gradients);
  }

  async step(
    rows: Int32Array,
    seed: number,
    step: number,
    pace: Pace,
    train: TrainingRows = this.train,
  ): Promise<LossSum> {
    const { net } = this;
    if (!this.steps) {
      const { GatedSteps } = await import('./fit-gated-step.js');
      this.steps = new GatedSteps(this.space);
    }
    const { pretrainEpochs, penalty, penaltyWarmup = 0 } = net.shape;
    const epochs = step / this.stepsPerEpoch - pretrainEpochs;
    const open = epochs < 0;
    this.trained = open ? net.backboneLength : net.trainedLength;
    const gated = net.gater !== undefined && !open;
    const weight = epochs < penaltyWarmup ? penalty * (epochs / penaltyWarmup) : penalty;
    const loss = await this.steps.step({ train, rows, seed, step, gated, penalty: weight, draw: this.draw }, pace);
    this.gatedStep = gated;
    return loss;
  }

  commit(): void {
    const { backbone, gater, head } = this.net;
    backbone.commit();
    if (!this.gatedStep) return;
    gater!.commit();
    head!.norm?.commit();
  }

  dispose(): void {
    this.net.bind(NONE);
    this.space.dispose();
  }
}
