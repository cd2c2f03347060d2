import type { Modules, Peer } from './operations.js';

/** A package that can do some of what is timed; its adapter is loaded where it is installed. */
export interface Known {
  /** As the user installs it. */
  readonly packages: readonly string[];
  load(modules: Modules): Promise<Peer>;
}

export const KNOWN: readonly Known[] = [
  {
    packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'],
    load: async (modules) => (await import('./peers/tensorflow.js')).tensorFlow(modules),
  },
  { packages: ['onnxruntime-web'], load: async (modules) => (await import('./peers/onnx.js')).onnxRuntime(modules) },
  { packages: ['@jax-js/jax'], load: async (modules) => (await import('./peers/jax.js')).jaxJs(modules) },
  { packages: ['brain.js'], load: async (modules) => (await import('./peers/brain.js')).brainJs(modules) },
  { packages: ['convnetjs'], load: async (modules) => (await import('./peers/convnet.js')).convNetJs(modules) },
];

export interface Found {
  readonly peers: readonly Peer[];
  /** Packages that are not installed, and what could not be loaded with the reason. */
  readonly absent: readonly string[];
}

/** Everybody who is installed. */
export async function findPeers(modules: Modules, known: readonly Known[] = KNOWN): Promise<Found> {
  const peers: Peer[] = [];
  const absent: string[] = [];
  for (const { packages, load } of known) {
    const missing = packages.filter((name) => modules.version(name) === undefined);
    if (missing.length > 0) absent.push(packages.join(' and '));
    else {
      try {
        peers.push(await load(modules));
      } catch (error) {
        absent.push(`${packages.join(' and ')} (${(error as Error).message.split('\n')[0]})`);
      }
    }
  }
  return { peers, absent };
}
