// The guarded module as files: what `npm run test:guarded` and the tests of the guard make, and what a guarded process reads.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { instrument } from './instrument.js';
import { signaturesOf } from './signatures.js';

const root = new URL('../../../', import.meta.url);

/** Instruments what the build left, build/espalier.wat, and writes it to a folder. */
export function writeGuarded(folder: URL): void {
  const { bytes, sites } = instrument(readFileSync(new URL('build/espalier.wat', root), 'utf8'));
  const signatures = signaturesOf(readFileSync(new URL('src/runtime/kernels.ts', root), 'utf8'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('espalier.guarded.wasm', folder), bytes);
  writeFileSync(new URL('guard.json', folder), JSON.stringify({ sites, signatures }));
}
