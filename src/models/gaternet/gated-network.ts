import type { Dataset } from '../../data/dataset.js';
import type { Outline } from '../../data/outline.js';
import type { Address } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { ClassWeights } from '../../training/class-weights.js';
import type { TrainingSession } from '../../training/fit.js';
import type { Computation } from '../computation.js';
import { GateDecisions, type GatedBatch, GatedInference } from './gated-inference.js';
import { GatedLayers } from './gated-layers.js';
import { GatedSession } from './gated-session.js';
import { ImageLoader } from './image-loader.js';

export interface InferenceOptions {
  /** Gates to use in place of the gater's, [row][gate]. */
  decided?: Float32Array;
  /** See FoldedTrunk. */
  masked?: boolean;
}

/** A backbone and its gater, to be trained and run. */
export class GatedNetwork extends GatedLayers implements Computation {
  on(engine: Engine): GatedNetwork {
    return new GatedNetwork(engine, this.shape, this.norm, this.scale);
  }

  startTraining(train: Outline, batchSize: number, weights?: ClassWeights): TrainingSession {
    this.requireVariance(train.rows, batchSize);
    return new GatedSession(this, train, batchSize, weights);
  }

  reserve(_: Outline, size: number): GatedInference {
    return new GatedInference(this, size);
  }

  /** Runs all images in order, closed filters left out. */
  async *batches(
    data: Dataset,
    size: number,
    pace: Pace,
    { decided, masked }: InferenceOptions = {},
  ): AsyncGenerator<GatedBatch> {
    const inference = new GatedInference(this, size, decided === undefined);
    try {
      await inference.fold(pace);
      for (const rows of rowsInOrder(data, size)) {
        await inference.load(data, rows, pace);
        const gates = decided?.subarray(rows[0]! * this.gates, (rows[0]! + rows.length) * this.gates);
        yield { rows, ...(await inference.run(rows.length, pace, gates, masked)) };
      }
    } finally {
      inference.dispose();
    }
  }

  /** The gater alone: which gates it opens for all images in order, [row][gate] of 0 and 1. The address holds until the next batch. */
  async *decisions(
    data: Dataset,
    size: number,
    pace: Pace,
  ): AsyncGenerator<{ readonly rows: Int32Array; readonly gates: Address }> {
    const scope = this.engine.scope();
    try {
      const { images, gater } = this.reserveDecisions(scope, size);
      await gater.fold(pace);
      for (const rows of rowsInOrder(data, size)) {
        await images.load(data, rows, pace);
        yield { rows, gates: await gater.decide(images.at, rows.length, rows[0]!, pace) };
      }
    } finally {
      scope.dispose();
    }
  }

  /** Room for `decisions`. */
  reserveDecisions(scope: Scope, size: number): { images: ImageLoader; gater: GateDecisions } {
    return { images: new ImageLoader(scope, this, size), gater: new GateDecisions(scope, this, size) };
  }

  /** A batch of one number a channel has no variance to normalise by. */
  private requireVariance(rows: number, batchSize: number): void {
    const smallest = rows % batchSize || batchSize;
    if (smallest > 1) return;
    const single = this.trunks.some(({ plan }) =>
      plan.nodes.some((node, i) => node.kind === 'conv' && plan.outputs[i]!.height * plan.outputs[i]!.width === 1),
    );
    if (single || this.head?.norm) {
      throw new RangeError(
        `batchSize: expected batches of at least 2 images, since this net normalises single numbers over the batch, got one of 1 (${rows} rows, ${batchSize} a batch)`,
      );
    }
  }
}

/** The numbers of all rows, `size` at a time. */
function* rowsInOrder({ rows }: Dataset, size: number): Generator<Int32Array> {
  for (let first = 0; first < rows; first += size)
    yield Int32Array.from({ length: Math.min(size, rows - first) }, (_, i) => first + i);
}
