// Run under the hook by guard.test.ts: does what must pass, then what must not, and prints how it went.
import * as espalier from 'espalier';
import { createEngine } from '#dist/runtime/engine.js';
import { trainingDigest } from '../support/digest.js';

const digests = await trainingDigest(espalier);

const engine = await createEngine();
const at = engine.arena.allocate(40);
const fresh = engine.u8(at, 40).slice();
const parts = engine.f32(at, 8);
parts.fill(-1);
engine.kernels.relu(at, 8);
const relu = [...parts];
const told = [
  () => engine.kernels.relu(at, 12),
  () => engine.f32(at, 11),
  () => {
    engine.arena.release(at);
    engine.kernels.relu(at, 8);
  },
  () => engine.f32(at, 1),
].map((use) => {
  try {
    use();
    return 'nothing';
  } catch (error) {
    return String(error);
  }
});

console.log(
  JSON.stringify({ digests, fresh: [...fresh], relu, gone: [...new Uint8Array(parts.buffer, at, 32)], told }),
);
