import { createEngine, type EngineOptions } from '../../../runtime/engine.js';
import type { EngineBuild } from '../../../runtime/engine-build.js';
import type { Peer } from '../operations.js';
import { kernelsOf } from './espalier-kernels.js';
import { netsOf } from './espalier-nets.js';

/** The package itself; `options` are those of its engine. */
export async function espalier(options: EngineOptions): Promise<Peer & { readonly build: EngineBuild }> {
  const engine = await createEngine(options);
  return { name: OURS, does: { ...kernelsOf(engine), ...netsOf(engine) }, build: engine.build };
}

export const OURS = 'Espalier';
