// What a net on a table is held against: least squares and logistic regression, by normal equations and Newton's method in double precision.

/** [rows][columns], row-major. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Columns to mean 0 and deviation 1 as measured on `train`, and a column of ones after them; constant columns become 0. */
export function standardised(train: Rows, data: Rows): Rows {
  const { columns } = train;
  const values = new Float64Array(data.rows * (columns + 1)).fill(1);
  for (let c = 0; c < columns; c++) {
    let [sum, squares] = [0, 0];
    for (let r = 0; r < train.rows; r++) sum += train.values[r * columns + c]!;
    const mean = sum / train.rows;
    for (let r = 0; r < train.rows; r++) squares += (train.values[r * columns + c]! - mean) ** 2;
    const deviation = Math.sqrt(squares / train.rows);
    for (let r = 0; r < data.rows; r++)
      values[r * (columns + 1) + c] =
        deviation > 1e-12 * Math.abs(mean) ? (data.values[r * columns + c]! - mean) / deviation : 0;
  }
  return { rows: data.rows, columns: columns + 1, values };
}

/** Weights of least squares with a penalty ridge |w|², the last column (ones) left out of it. */
export function leastSquares(x: Rows, y: ArrayLike<number>, ridge = 1e-8 * x.rows): Float64Array {
  const n = x.columns;
  const a = new Float64Array(n * n);
  const b = new Float64Array(n);
  for (let r = 0; r < x.rows; r++) {
    const row = x.values.subarray(r * n, (r + 1) * n);
    for (let i = 0; i < n; i++) {
      b[i]! += row[i]! * y[r]!;
      for (let j = 0; j < n; j++) a[i * n + j]! += row[i]! * row[j]!;
    }
  }
  for (let i = 0; i < n - 1; i++) a[i * n + i]! += ridge;
  return solve(a, b);
}

/** Root of the mean squared difference of x w and y. */
export function rmseOf(x: Rows, w: Float64Array, y: ArrayLike<number>): number {
  let sum = 0;
  for (let r = 0; r < x.rows; r++) sum += (dot(x, r, w, 0) - y[r]!) ** 2;
  return Math.sqrt(sum / x.rows);
}

/**
 * Weights [scores][columns] of logistic regression with the penalty |w|² / 2 beside the sum of losses (scikit-learn's C = 1): one score for two classes, one a class for
 * more. The last column (ones) is not penalised.
 */
export function logisticRegression(x: Rows, y: ArrayLike<number>, classes: number): Float64Array {
  const n = x.columns;
  const scores = classes === 2 ? 1 : classes;
  const size = scores * n;
  let w: Float64Array = new Float64Array(size);
  let loss = Number.POSITIVE_INFINITY;
  let step: Float64Array = new Float64Array(size);
  for (let iteration = 0; iteration < 100; iteration++) {
    let next = w.map((v, i) => v - step[i]!);
    let found = penalisedLoss(x, y, next, scores);
    for (let halving = 0; found > loss && halving < 30; halving++) {
      step = step.map((v) => v / 2);
      next = w.map((v, i) => v - step[i]!);
      found = penalisedLoss(x, y, next, scores);
    }
    const gained = loss - found;
    [w, loss] = [next, found];
    if (gained < 1e-10 * (1 + loss)) break;
    step = newtonStep(x, y, w, scores);
  }
  return w;
}

/** Share of the rows whose most probable class is y. */
export function accuracyOf(x: Rows, w: Float64Array, y: ArrayLike<number>): number {
  const scores = w.length / x.columns;
  let right = 0;
  for (let r = 0; r < x.rows; r++) {
    const p = probabilities(x, r, w, scores);
    const best = scores === 1 ? Number(p[0]! > 0.5) : p.indexOf(Math.max(...p));
    if (best === y[r]) right++;
  }
  return right / x.rows;
}

function newtonStep(x: Rows, y: ArrayLike<number>, w: Float64Array, scores: number): Float64Array {
  const n = x.columns;
  const size = scores * n;
  const gradient = w.map((v, i) => (i % n === n - 1 ? 0 : v));
  const hessian = new Float64Array(size * size);
  for (let r = 0; r < x.rows; r++) {
    const row = x.values.subarray(r * n, (r + 1) * n);
    const p = probabilities(x, r, w, scores);
    for (let k = 0; k < scores; k++) {
      const error = p[k]! - (scores === 1 ? y[r]! : Number(y[r] === k));
      for (let i = 0; i < n; i++) gradient[k * n + i]! += error * row[i]!;
      for (let l = 0; l <= k; l++) {
        const h = scores === 1 ? p[0]! * (1 - p[0]!) : p[k]! * (Number(k === l) - p[l]!);
        for (let i = 0; i < n; i++) {
          const at = (k * n + i) * size + l * n;
          const hi = h * row[i]!;
          for (let j = 0; j < n; j++) hessian[at + j]! += hi * row[j]!;
        }
      }
    }
  }
  for (let a = 0; a < size; a++) {
    hessian[a * size + a]! += a % n === n - 1 ? 1e-9 * x.rows : 1;
    for (let b = a + 1; b < size; b++) hessian[a * size + b] = hessian[b * size + a]!;
  }
  return solve(hessian, gradient);
}

function penalisedLoss(x: Rows, y: ArrayLike<number>, w: Float64Array, scores: number): number {
  let sum = 0;
  for (let i = 0; i < w.length; i++) if (i % x.columns !== x.columns - 1) sum += w[i]! ** 2 / 2;
  for (let r = 0; r < x.rows; r++) {
    const p = probabilities(x, r, w, scores);
    sum -= Math.log(Math.max(1e-300, scores === 1 ? (y[r] === 1 ? p[0]! : 1 - p[0]!) : p[y[r]!]!));
  }
  return sum;
}

function probabilities(x: Rows, r: number, w: Float64Array, scores: number): number[] {
  const s = Array.from({ length: scores }, (_, k) => dot(x, r, w, k));
  if (scores === 1) return [1 / (1 + Math.exp(-s[0]!))];
  const most = Math.max(...s);
  const e = s.map((v) => Math.exp(v - most));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / sum);
}

function dot(x: Rows, r: number, w: Float64Array, k: number): number {
  let sum = 0;
  for (let c = 0; c < x.columns; c++) sum += x.values[r * x.columns + c]! * w[k * x.columns + c]!;
  return sum;
}

/** a z = b by Cholesky; a is symmetric and positive definite, and overwritten. */
function solve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const z = b.slice();
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) z[i]! -= a[i * n + k]! * z[k]!;
    z[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) z[i]! -= a[k * n + i]! * z[k]!;
    z[i]! /= a[i * n + i]!;
  }
  return z;
}
