import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { instrument } from './instrument.js';
import { ABOUT, MODULE } from './module.js';
import { signaturesOf } from './signatures.js';

const root = new URL('../../../', import.meta.url);

/** Instruments what the build left, build/espalier.wat, and writes it to a folder. */
export function writeGuarded(folder: URL): void {
  const { bytes, sites } = instrument(readFileSync(new URL('build/espalier.wat', root), 'utf8'));
  const signatures = signaturesOf(readFileSync(new URL('src/runtime/kernels.ts', root), 'utf8'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(MODULE, folder), bytes);
  writeFileSync(new URL(ABOUT, folder), JSON.stringify({ sites, signatures }));
}
