import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packDist } from '../../../tools/pack-dist.mjs';
import { npm } from './npm.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const consumer = fileURLToPath(new URL('../consumer/', import.meta.url));

/** A fresh project outside the repository with the packed tarball installed and the files of ../consumer; gone when the process is. */
export function packedProject() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-packed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const quiet = ['ignore', 'pipe', 'pipe'];
  // Without prepack, which builds and packs dist/ in place: npm run test:browsers has just built it, and other tests load it as it is.
  const copy = join(folder, 'copy');
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['package.json', ...files]) cpSync(join(root, name), join(copy, name), { recursive: true });
  packDist(copy);
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: copy, stdio: quiet });
  rmSync(copy, { recursive: true });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  cpSync(consumer, folder, { recursive: true });
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder, stdio: quiet });
  return folder;
}
