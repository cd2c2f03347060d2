import { requireMemory } from '../../runtime/budget.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { bindTable } from '../pair-information.js';
import { requireCutAlready } from './counted-tree.js';
import type { Counts } from './counts.js';
import { jointInformation, sumOfTerms } from './large-information.js';
import { MOST_TABLED, occurringStates } from './states.js';

/** targetInformation of counts. TypeError where no classes were counted. */
export async function targetInformationOfCounts(
  counts: Counts,
  options: { engine?: Engine | undefined },
  given: object,
  pace: Pace,
): Promise<Float64Array> {
  requireCutAlready(counts, given);
  const { classes, variables } = counts.contents;
  if (!classes) throw new TypeError('data: expected counts of data with classes, got counts of data without targets');
  const { variables: d, rows: n } = counts;
  const states = occurringStates(counts);
  const items = counts.itemStart[d]!;
  const width = classes.labels.length;
  const engine = await engineOf(options);
  const isLarge = n > MOST_TABLED;
  requireMemory(engine, (isLarge ? 0 : 8 * n) + 16 * d, 'data', `information with ${width} classes`, 'fewer classes');
  const scope = engine.scope();
  try {
    const table = isLarge ? undefined : bindTable(engine, scope, n);
    const joint = new Float64Array(states.most * width);
    const at = scope.bytes(4 * joint.length);
    const sum = (rows: Float64Array) => {
      if (table === undefined) return sumOfTerms(rows);
      engine.i32(at, rows.length).set(rows);
      return engine.kernels.sum_k_log_k(at, table, rows.length);
    };
    const ofClasses = sum(classes.rows);
    const information = new Float64Array(d);
    for (let v = 0; v < d; v++) {
      const { first, size } = states.items(v);
      let cells = 0;
      const all: number[] = [];
      for (let s = 0; s <= size; s++) {
        let rows = 0;
        for (let c = 0; c < width; c++) {
          const ones = (state: number) => classes.ones[c * items + first + state - 1]!;
          let k = s > 0 ? ones(s) : classes.rows[c]!;
          if (s === 0) for (let t = 1; t <= size; t++) k -= ones(t);
          joint[cells + c] = k;
          rows += k;
        }
        // As rows have them: of two states both, of others those that occur.
        if (rows === 0 && variables.stateCounts) continue;
        cells += width;
        all.push(rows);
      }
      const margin = sum(Float64Array.from(all));
      if (table === undefined) information[v] = jointInformation(joint, margin, ofClasses, all.length, width, n);
      else {
        engine.i32(at, cells).set(joint.subarray(0, cells));
        information[v] = engine.kernels.information_joint(at, table, margin, ofClasses, all.length, width, n);
      }
      if (pace.due) await pace.turn();
    }
    return information;
  } finally {
    scope.dispose();
  }
}
