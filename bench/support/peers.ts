import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../bench/peers/', import.meta.url);

/** TensorFlow.js's product of two n x n matrices on its WebAssembly backend, one thread. */
export interface PeerProduct {
  readonly name: string;
  run(): void;
  result(): Float32Array;
}

/** Installs bench/peers from its lock file when the package named is missing there; its packages as `require` gives them. */
export function requirePeers(name: string): NodeJS.Require {
  if (!existsSync(new URL(`node_modules/${name}/package.json`, folder))) {
    const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: fileURLToPath(folder),
      env: freshEnvironment(),
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (done.status !== 0) throw new Error(`npm ci in bench/peers ended with ${done.status}`);
  }
  return createRequire(new URL('package.json', folder));
}

export async function loadTensorFlow(a: Float32Array, b: Float32Array, n: number): Promise<PeerProduct> {
  const require = requirePeers('@tensorflow/tfjs-core');
  const tf = require('@tensorflow/tfjs-core') as TensorFlow;
  require('@tensorflow/tfjs-backend-wasm');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  if (tf.getBackend() !== 'wasm') throw new Error(`TensorFlow.js: expected its wasm backend, got '${tf.getBackend()}'`);
  const [x, y] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])];
  return {
    name: `TensorFlow.js ${tf.version_core} wasm`,
    run: () => tf.matMul(x, y).dispose(),
    result() {
      const z = tf.matMul(x, y);
      const values = z.dataSync();
      z.dispose();
      return values;
    },
  };
}

/** What is used of TensorFlow.js; its types are not installed with the project. */
interface TensorFlow {
  version_core: string;
  env(): { set(flag: string, value: boolean): void };
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
  tensor2d(values: Float32Array, shape: [number, number]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
}

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** A surrounding `npm run` would tell npm which package it is in. */
export function freshEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}
