// The net that answers requests, with the schema that its file keeps.
import { readFile } from 'node:fs/promises';
import { createEngine, loadNet, readSafetensors } from 'espalier';
import { readRecords } from 'espalier/read';
import { schemaOf } from './train.mjs';

/** Of few rows one thread is enough. */
const engine = await createEngine({ threads: 1 });

export class Served {
  since = new Date().toISOString();
  #net;
  #schema;
  #calls = 0;
  #retired = false;

  static async load(path) {
    const bytes = await readFile(path);
    const served = new Served();
    served.#schema = schemaOf(bytes);
    served.#net = await loadNet(bytes, { engine });
    served.facts = JSON.parse(readSafetensors(bytes).metadata['nightly-service'] ?? '{}');
    return served;
  }

  /** @throws TypeError, RangeError for records that the schema cannot take */
  async predict(records) {
    const data = readRecords(records, this.#schema, { targets: 'ignore' });
    this.#calls++;
    try {
      const { outputs, classes } = await this.#net.predict(data);
      const { names } = this.#schema.target;
      return Array.from(classes, (id, row) => ({
        class: names[id],
        probabilities: Object.fromEntries(names.map((name, c) => [name, outputs[row * names.length + c]])),
      }));
    } finally {
      this.#calls--;
      this.#freeIfUnused();
    }
  }

  /** Frees its memory once nobody asks it any more. */
  retire() {
    this.#retired = true;
    this.#freeIfUnused();
  }

  #freeIfUnused() {
    if (this.#retired && this.#calls === 0) this.#net.dispose();
  }
}
