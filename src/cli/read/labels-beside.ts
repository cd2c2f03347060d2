import { existsSync } from 'node:fs';

/** The labels of IDX images that lie beside them by MNIST's own names: train-images-idx3-ubyte has its labels in train-labels-idx1-ubyte. */
export function labelsBeside(path: string): string | undefined {
  const labels = path.replace(/images([-.])idx3/, 'labels$1idx1');
  if (labels === path) return undefined;
  // One of the two may have been unpacked.
  const other = labels.endsWith('.gz') ? labels.slice(0, -3) : `${labels}.gz`;
  return [labels, other].find((file) => existsSync(file));
}
