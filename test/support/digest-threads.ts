// Runs in Node and in pages: the digests of a copy of the package of which nothing but the public API can be reached.
import type * as Espalier from 'espalier';
import type { Engine } from '#dist/runtime/engine.js';
import { trainingDigest } from './digest.js';
import { forkAll } from './fork-all.js';
import { allAtWork } from './team.js';

export interface Told {
  readonly digests: Record<string, string>;
  /** Of the engine that everything used. */
  readonly working: Espalier.Engine['working'];
}

/** Of a runtime that has `cores`, every fork run by all threads. `atWork`: whether all of them are to have started first. */
export async function digestOf(espalier: typeof Espalier, cores: number, atWork = true): Promise<Told> {
  const os = globalThis.process?.getBuiltinModule?.('node:os');
  if (os) os.availableParallelism = () => cores;
  else Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores, configurable: true });
  const engines = (await espalier.createEngine({ threads: 1 })).constructor as typeof Engine;
  let used: Espalier.Engine | undefined;
  const { prototype } = engines;
  forkAll(engines);
  const { fork } = prototype;
  prototype.fork = function (...args) {
    used = this;
    return fork.apply(this, args);
  };
  const warm = espalier.Dataset.dense(
    [
      [0, 1],
      [1, 0],
    ],
    { labels: [0, 1] },
  );
  await espalier.DenseNet.create(warm, { hidden: [2] }).then((net) => net.predict(warm));
  if (atWork) await allAtWork(used!);
  const digests = await trainingDigest(espalier);
  const { working } = used!;
  used!.dispose();
  return { digests, working };
}
