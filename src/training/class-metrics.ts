/** Of classes. Lists have one entry a class that the net knows; null stands where there is nothing to divide by. */
export interface ClassMetrics {
  /** Share of rows whose most probable class is right. */
  accuracy: number;
  /** Mean recall over the classes that occur: 1 / their number for a net that always says the same. */
  balancedAccuracy: number;
  /** Share of the largest class: the accuracy of always saying that one. */
  majorityAccuracy: number;
  /** The class of most rows, the first of equals. */
  largestClass?: number;
  /** Rows by true class, then by predicted class: `confusion[t][p]`. Missing where the net knows more than 2,000 classes. */
  confusion?: number[][];
  /** Of the rows predicted to be of the class, the share that are: confusion[c][c] / Σ_t confusion[t][c]; null for a class that is never predicted. */
  precision?: (number | null)[];
  /** Of the rows of the class, the share predicted to be: confusion[c][c] / Σ_p confusion[c][p]; null for a class that does not occur. */
  recall?: (number | null)[];
  /** Harmonic mean of both, 2 right / (rows of the class + rows predicted to be); null for a class that neither occurs nor is predicted. */
  f1?: (number | null)[];
}

/** Classes up to which there is a confusion matrix: 2,000 take 32 MB. */
const MOST_CONFUSED = 2000;

/** Bytes of the confusion matrix of so many classes. */
export function matrixBytes(classes: number): number {
  return classes > MOST_CONFUSED ? 0 : 8 * classes ** 2;
}

/** Index of the largest of each row; the first of equals. */
export function argmax(outputs: Float32Array | Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: outputs.length / classes }, (_, r) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (outputs[r * classes + c]! > outputs[r * classes + best]!) best = c;
    return best;
  });
}

/** How well predicted classes tell the true ones. `brief`: the shares alone. */
export function classMetrics(
  predicted: Int32Array,
  labels: Int32Array,
  classes: number,
  { brief = false } = {},
): ClassMetrics {
  const [right, occurs, said] = Array.from({ length: 3 }, () => new Array<number>(classes).fill(0)) as number[][];
  labels.forEach((label, r) => {
    occurs![label]!++;
    said![predicted[r]!]!++;
    if (predicted[r] === label) right![label]!++;
  });
  const recall = right!.map((n, c) => ratio(n, occurs![c]!));
  const known = recall.filter((share) => share !== null);
  const largest = occurs!.reduce((most, n) => Math.max(most, n), 0);
  const shares = {
    accuracy: right!.reduce((a, b) => a + b, 0) / labels.length,
    balancedAccuracy: known.reduce((a, b) => a + b, 0) / known.length,
    majorityAccuracy: largest / labels.length,
  };
  if (brief) return shares;
  return {
    ...shares,
    largestClass: occurs!.indexOf(largest),
    ...(classes > MOST_CONFUSED ? {} : { confusion: confusionMatrix(predicted, labels, classes) }),
    precision: right!.map((n, c) => ratio(n, said![c]!)),
    recall,
    f1: right!.map((n, c) => ratio(2 * n, occurs![c]! + said![c]!)),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function confusionMatrix(predicted: Int32Array, labels: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, r) => {
    matrix[label]![predicted[r]!]!++;
  });
  return matrix;
}
