// One night's work: a net of the rows of today, and whether it is to take the place of the one there is.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { readSafetensors } from 'espalier';
import { createWorker } from 'espalier/worker';
import { readRows } from './rows.mjs';

/** Further options of learnCsvSchema stand here: { missing: 'mean' } if cells may be missing, { ignore: ['id'] }. */
const READING = { header: true, task: 'classes' };

/**
 * @param onProgress hears what is done now
 * @returns what came of it; `replaced` tells whether the model file is a new one
 */
export async function train({ data, model, target, signal, onProgress }) {
  onProgress({ phase: 'read' });
  const { header, learn, heldOut } = await readRows(data, signal);
  // One core is left to the requests.
  const worker = await createWorker({ threads: Math.max(1, availableParallelism() - 1) });
  try {
    const textOf = (rows) => [header, ...rows].join('\n');
    // Of all rows, so that a category that only held-out rows have is known; what is learned of them is no more than that.
    const schema = await worker.learnCsvSchema(textOf([...learn, ...heldOut]), { ...READING, target });
    const rows = await worker.readCsvAsync(textOf(learn), schema, { signal });
    const judges = await worker.readCsvAsync(textOf(heldOut), schema, { signal });
    const { train, validation } = await worker.splitRows(rows, { validation: 0.1 });

    const net = await worker.TrfNet.grow(train, { signal, onProgress });
    await net.fit(train, { validation, signal, onProgress });

    onProgress({ phase: 'judge' });
    const { accuracy } = await net.evaluate(judges, { signal });
    const old = await judgeOld(worker, model, textOf(heldOut), signal);
    const result = { rows: rows.rows, heldOut: judges.rows, accuracy, ...old };
    if (old.oldAccuracy > accuracy) return { ...result, replaced: false };

    // `espalier.csv` is where the espalier command looks for the schema, so `npx espalier predict` reads this file too.
    const facts = { trained: new Date().toISOString(), accuracy, rows: rows.rows, heldOut: judges.rows };
    const file = await net.saveAsync(
      { 'espalier.csv': JSON.stringify(schema), 'nightly-service': JSON.stringify(facts) },
      { signal },
    );
    await replace(model, file);
    return { ...result, replaced: true };
  } finally {
    worker.terminate();
  }
}

/** The old net by the rows of today; without one, or if it cannot read them, there is nothing to be worse than. */
async function judgeOld(worker, model, text, signal) {
  const bytes = await readFile(model).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (bytes === undefined) return {};
  const schema = schemaOf(bytes);
  const net = await worker.loadNet(bytes);
  try {
    const { accuracy } = await net.evaluate(await worker.readCsvAsync(text, schema, { signal }), { signal });
    return { oldAccuracy: accuracy };
  } catch (error) {
    // New columns or categories, which readers refuse with a RangeError.
    if (!(error instanceof RangeError)) throw error;
    return { oldTrouble: error.message };
  }
}

export function schemaOf(bytes) {
  return JSON.parse(readSafetensors(bytes).metadata['espalier.csv']);
}

/** Whoever opens the file has the whole old one or the whole new one. */
async function replace(path, bytes) {
  await writeFile(`${path}.new`, bytes, { flush: true });
  await rename(`${path}.new`, path);
}
