// An example as its user has it: in a folder of its own, with this package under node_modules.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A copy of examples/NAME, gone when the process is. */
export function exampleCopy(name: string): string {
  const folder = mkdtempSync(join(root, 'build', `${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'examples', name), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'espalier'), 'junction');
  return folder;
}
