import type { SparseMatrix } from '../../data/dataset.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import type { Steps } from '../../runtime/steps.js';
import type { Variables } from '../../structure/variables.js';

/** Bits that are looked at in a step. */
const LOOKED = 2 ** 16;

function* ones(length: number): Steps<Float32Array> {
  const values = new Float32Array(length);
  for (let from = 0; from < length; from += LOOKED) {
    values.fill(1, from, from + LOOKED);
    yield;
  }
  return values;
}

/** Presence as sparse rows of ones, whatever form the variables have. */
export function* presentFeatures(engine: Engine, variables: Variables): Steps<SparseMatrix> {
  if (variables.kind === 'rows') {
    const { rows, variables: columns, start, index } = variables;
    return { kind: 'sparse', rows, columns, start, index, value: yield* ones(index.length) };
  }
  const { rows, variables: columns } = variables;
  const on = (r: number, c: number) =>
    variables.kind === 'bits' && ((variables.bits[c * variables.words * 8 + (r >> 3)]! >> (r & 7)) & 1) === 1;
  yield;
  const start = new Int32Array(rows + 1);
  const height = Math.ceil(LOOKED / columns);
  for (let r = 0; r < rows; r++) {
    start[r + 1] = start[r]!;
    for (let c = 0; c < columns; c++) if (on(r, c)) start[r + 1]!++;
    if (r % height === 0) yield;
  }
  const arrays = variables.kind === 'bits' ? variables.bits.length + 4 * rows + 8 * start[rows]! : 0;
  requireMemory(engine, arrays, 'data', `explaining by ${start[rows]} values that are present`, 'fewer rows');
  yield;
  const index = new Int32Array(start[rows]!);
  for (let r = 0, size = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) if (on(r, c)) index[size++] = c;
    if (r % height === 0) yield;
  }
  return { kind: 'sparse', rows, columns, start, index, value: yield* ones(index.length) };
}
