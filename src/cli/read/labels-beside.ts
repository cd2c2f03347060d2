import { existsSync } from 'node:fs';

/** The labels of IDX images that lie beside them by MNIST's own names: train-images-idx3-ubyte has its labels in train-labels-idx1-ubyte. */
export function labelsBeside(path: string): string | undefined {
  const labels = path.replace(/images([-.])idx3/, 'labels$1idx1');
  return labels !== path && existsSync(labels) ? labels : undefined;
}
