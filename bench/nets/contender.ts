import type { Dataset, FeedforwardNet } from 'espalier';
import type { Parts } from './net-set.js';

/** What a contender made of a set's rows. */
export interface Outcome {
  /** Accuracy or mean AUC of the test rows, and of the validation rows that chose the epoch. */
  readonly test: number;
  readonly validation: number;
  /** Of trees: nodes. */
  readonly weights: number;
  /** Structure and training. */
  readonly seconds: number;
  readonly epochs: string;
  /** Mean NPMI of the first layer's units, on rows not trained on; null where they have no structure, or a net has none. */
  readonly coherence: number | null;
}

/** How a net is made and trained; asked once for each seed. */
export interface Contender {
  readonly name: string;
  /** What it stands for in the pictures. */
  readonly family: 'learned' | 'permuted' | 'dense' | 'pruned' | 'linear' | 'trees';
  /** Whether it can learn from such rows; from all where absent. */
  suits?(parts: Parts): boolean;
  run(parts: Parts, seed: number): Promise<Outcome>;
}

/** Accuracy or mean AUC. */
export function scoreOf({ accuracy, meanAuc }: { accuracy?: number; meanAuc?: number | null }): number {
  return meanAuc ?? accuracy!;
}

/** Trains a net that was made at `began` and looks at it. */
export async function outcomeOf(
  net: FeedforwardNet,
  parts: Parts,
  began: number,
  fit: object,
  { explained = false }: { explained?: boolean } = {},
): Promise<Outcome> {
  const { train, validation, test } = parts;
  const { history, bestEpoch } = await net.fit(train, { validation, ...fit });
  const seconds = (performance.now() - began) / 1000;
  const outcome = {
    test: scoreOf(await net.evaluate(test)),
    validation: scoreOf(history[bestEpoch - 1]!.validation!),
    weights: net.weights,
    seconds,
    epochs: `${bestEpoch}/${history.length}`,
    coherence: explained ? await coherenceOf(net, train, validation) : null,
  };
  net.dispose();
  return outcome;
}

/** Of the first layer: its units' features by the training rows, their NPMI by others. */
async function coherenceOf(net: FeedforwardNet, train: Dataset, others: Dataset): Promise<number | null> {
  return (await net.explain(train, { layers: [0], coherence: others })).layers[0]!.coherence;
}
