import type { SparseMatrix } from '../data/matrix.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { areAbove, type BinaryRows, type DiscretiseOptions, requireRoom } from './variables.js';

/**
 * Rows of which every entry is a one, copied at once to the engine, where nobody else writes to them, and nowhere else; undefined for other rows. They live as long as the scope.
 */
export function holdRows(
  engine: Engine,
  scope: Scope,
  matrix: SparseMatrix,
  threshold: DiscretiseOptions['threshold'] = 'auto',
): BinaryRows | undefined {
  const { rows, columns: variables, start, index, value } = matrix;
  const limit = threshold === 'auto' ? 0 : threshold;
  // Below 0 absent entries would be ones; the columns' means are not known.
  if (limit === 'mean' || limit < 0 || !areAbove(value, limit, 0, value.length)) return undefined;
  requireRoom(engine, variables, 4 * (index.length + 2 * rows));
  const held = { start: scope.copy(start), index: scope.copy(index) };
  return {
    kind: 'rows',
    rows,
    variables,
    start: start.slice(),
    // Views die when the memory grows.
    get index() {
      return engine.i32(held.index, index.length);
    },
    held,
  };
}
