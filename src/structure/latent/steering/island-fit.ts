import type { Engine } from '../../../runtime/engine.js';
import type { Pace } from '../../../runtime/pace.js';
import { countIndices } from '../../pair-information.js';
import type { BinaryColumns, BinaryRows } from '../../variables.js';
import type { ClassModel, EmOptions, LatentFits, Table } from '../fits.js';
import { maximise } from '../maximise.js';
import { type LatentForest, LatentInference } from '../posteriors.js';

/** The latent class model of any number of variables: EM on the first three, then P(variable | latent) of each other, then EM on all. */
export async function fitIsland(
  engine: Engine,
  bits: BinaryColumns,
  models: LatentFits,
  { emSteps, emTolerance }: EmOptions,
  members: readonly number[],
  pace: Pace,
): Promise<ClassModel> {
  let model = models.fitClasses(members.slice(0, 3));
  if (members.length <= 3) return model;
  for (const v of members.slice(3)) {
    const table = models.fitChild(model, [members[0]!, members[1]!], v);
    model = { ...model, members: [...model.members, v], tables: [...model.tables, table] };
  }
  const data = rowsOf(bits, members);
  const latent = members.length;
  const forest: LatentForest = {
    features: latent,
    parent: new Int32Array(latent + 1).fill(latent).fill(-1, latent),
    probability: Float64Array.from([...model.tables.flat(), model.prior, model.prior]),
  };
  const ones = countIndices(data.index, latent);
  const inference = new LatentInference(engine, forest, data);
  try {
    let before = Number.NEGATIVE_INFINITY;
    for (let step = 0; step < emSteps; step++) {
      const likelihood = await inference.logLikelihood(pace, true);
      if (likelihood - before < emTolerance) break;
      before = likelihood;
      maximise(forest, inference.expected, ones, data.rows);
      inference.setTables(forest.probability);
    }
  } finally {
    inference.dispose();
  }
  const { probability } = forest;
  const tables = members.map((_, i): Table => [probability[2 * i]!, probability[2 * i + 1]!]);
  return { prior: probability[2 * latent]!, members, tables };
}

/** These variables alone, as the ones of each row, by place in the list. */
function rowsOf({ rows, words, bits }: BinaryColumns, members: readonly number[]): BinaryRows {
  const start = new Int32Array(rows + 1);
  const index: number[] = [];
  for (let r = 0; r < rows; r++) {
    members.forEach((v, i) => {
      if ((bits[v * words * 8 + (r >> 3)]! >> (r & 7)) & 1) index.push(i);
    });
    start[r + 1] = index.length;
  }
  return { kind: 'rows', rows, variables: members.length, start, index: Int32Array.from(index) };
}
