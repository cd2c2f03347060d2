import type { Modules, Native, Peer } from './operations.js';

/** Somebody who can do some of what is timed; the adapter is loaded where it is installed. */
export interface Known {
  /** Of npm, as the user installs them. */
  readonly packages: readonly string[];
  /** What else it needs. */
  readonly native?: Native;
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
  {
    ...{ packages: [], native: 'torch' },
    load: async (modules) => (await import('./peers/python.js')).python(modules, 'torch'),
  },
  {
    ...{ packages: [], native: 'scipy' },
    load: async (modules) => (await import('./peers/python.js')).python(modules, 'scipy'),
  },
  { packages: [], native: 'plink1.9', load: async (modules) => (await import('./peers/plink.js')).plink(modules) },
];

/** In words, as one would look for it. */
const NATIVE: Readonly<Record<Native, string>> = { torch: 'PyTorch', scipy: 'SciPy', 'plink1.9': 'plink1.9' };

export interface Found {
  readonly peers: readonly Peer[];
  /** Packages that are not installed, and what could not be loaded with the reason. */
  readonly absent: readonly string[];
}

/** Everybody who is installed. */
export async function findPeers(modules: Modules, known: readonly Known[] = KNOWN): Promise<Found> {
  const peers: Peer[] = [];
  const absent: string[] = [];
  for (const { packages, native, load } of known) {
    const names = [...packages, ...(native ? [NATIVE[native]] : [])].join(' and ');
    const missing = packages.some((name) => modules.version(name) === undefined);
    if (missing || (native && !modules.program?.(native))) absent.push(names);
    else {
      try {
        peers.push(await load(modules));
      } catch (error) {
        absent.push(`${names} (${(error as Error).message.split('\n')[0]})`);
      }
    }
  }
  return { peers, absent };
}
