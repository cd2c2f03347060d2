import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// @ts-expect-error: a build step, which has no types
import { packDist } from '../../../tools/pack-dist.mjs';

const root = new URL('../../../', import.meta.url);

/** Path of the package as it is packed, below the root so that it finds what it depends on; gone when the process is. */
export function packedCopy(): string {
  const folder = mkdtempSync(fileURLToPath(new URL('build/packed-', root)));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  for (const name of ['package.json', 'dist'])
    cpSync(fileURLToPath(new URL(name, root)), join(folder, name), { recursive: true });
  packDist(folder);
  return folder;
}
