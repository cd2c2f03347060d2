/** Rows of numbers, row-major: value of row r, column c at values[r * columns + c]. */
export interface DenseMatrix {
  readonly kind: 'dense';
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Compressed rows: row r owns entries start[r] to start[r + 1]; columns rise within a row; absent entries are 0. */
export interface SparseMatrix {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly columns: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float32Array;
}

export type Matrix = DenseMatrix | SparseMatrix;

/** One class per row: values[r] in [0, classes). */
export interface ClassTargets {
  readonly kind: 'classes';
  readonly values: Int32Array;
  readonly classes: number;
  readonly names?: readonly string[];
}

/** Several yes/no tasks per row, [rows][tasks]: 1, 0, or -1 where the label is missing. */
export interface TaskTargets {
  readonly kind: 'tasks';
  readonly values: Int8Array;
  readonly tasks: number;
  readonly names?: readonly string[];
}

/** Numbers to regress on, [rows][outputs]. */
export interface ValueTargets {
  readonly kind: 'values';
  readonly values: Float32Array;
  readonly outputs: number;
  readonly names?: readonly string[];
}

export type Targets = ClassTargets | TaskTargets | ValueTargets;
