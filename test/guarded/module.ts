// The guarded module as files, which a guarded process reads.
import { readFileSync } from 'node:fs';
import type { Site } from './instrument.js';
import type { Signatures } from './signatures.js';

export const MODULE = 'espalier.guarded.wasm';
export const ABOUT = 'guard.json';

export interface GuardedModule {
  readonly module: WebAssembly.Module;
  readonly sites: readonly Site[];
  readonly signatures: Signatures;
}

/** What writeGuarded left in a folder. */
export function readGuarded(folder: URL): GuardedModule {
  const module = new WebAssembly.Module(readFileSync(new URL(MODULE, folder)));
  return { module, ...JSON.parse(readFileSync(new URL(ABOUT, folder), 'utf8')) };
}
