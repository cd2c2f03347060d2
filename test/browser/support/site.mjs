// The site that npm run docs writes, as some host has it: below a path of its own.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from './server.mjs';

const root = new URL('../../../', import.meta.url);
export const BELOW = 'some/where/';

/** Pages of every kind. */
export const PAGES = [
  'index.html',
  'guide/train.html',
  'methods.html',
  'options.html',
  'results.html',
  'search.html?q=checkpoint',
  'reference/espalier/functions/chowLiuTree.html',
  'reference/espalier/classes/TrfNet.html',
  'reference/espalier/interfaces/FitOptions.html',
];

/** Serves it as run.mjs has built it; `folder` is where it lies, `url` leads to its first page. */
export async function builtSite() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-site-'));
  mkdirSync(join(folder, BELOW), { recursive: true });
  cpSync(new URL('docs/site/', root), join(folder, BELOW), { recursive: true });
  const server = await serve({ root: pathToFileURL(`${folder}/`) });
  return {
    folder,
    url: `${server.url}${BELOW}`,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
