import type { FitSettings } from './fit-options.js';

/**
 * Bytes of typed arrays that a fit has in use at most: the order of the rows; the weights of this epoch, the one before and the best; what evaluation makes;
 * a checkpoint and its parts.
 */
export function fitArrays(
  parameters: number,
  trained: number,
  rows: number,
  evaluation: number,
  {
    optimizer,
    validation,
    onCheckpoint,
  }: Pick<FitSettings, 'optimizer' | 'onCheckpoint'> & { readonly validation?: unknown },
): number {
  const kept = validation ? 2 : 1;
  const state = trained * (optimizer.kind === 'adam' ? 2 : 1);
  const checkpoint = onCheckpoint ? 4 * (parameters + 2 * state + kept * parameters) : 0;
  return 4 * rows + 4 * kept * parameters + Math.max(4 * parameters, evaluation, checkpoint);
}
