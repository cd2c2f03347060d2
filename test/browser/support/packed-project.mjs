import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const consumer = fileURLToPath(new URL('../consumer/', import.meta.url));

/** A fresh project outside the repository with the packed tarball installed and the files of ../consumer; gone when the process is. */
export function packedProject() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-packed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const quiet = ['ignore', 'pipe', 'pipe'];
  // Without prepack: npm run test:browsers has just built what is packed.
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: quiet });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  cpSync(consumer, folder, { recursive: true });
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder, stdio: quiet });
  return folder;
}
