import { createEngine, type EngineOptions } from '../../../runtime/engine.js';
import type { Peer } from '../operations.js';
import { kernelsOf } from './espalier-kernels.js';
import { netsOf } from './espalier-nets.js';

/** The package itself; `options` are those of its engine. */
export async function espalier(options: EngineOptions): Promise<Peer> {
  const engine = await createEngine(options);
  return { name: OURS, does: { ...kernelsOf(engine), ...netsOf(engine) } };
}

export const OURS = 'Espalier';
