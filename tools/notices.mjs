// The notices of the packages that a bundle contains, by esbuild's account of it: a new dependency is among them by itself.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a package brings no file of its licence: another one that brings that text. */
const TEXTS = { 'Apache-2.0': 'assemblyscript' };

/** Folders of the packages of which outputs hold something. `root`: the folder that paths of the account start from. */
export function packagesIn({ outputs }, root) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = inputs.map(([path, { bytesInOutput }]) => bytesInOutput > 0 && packageOf(path)).filter(Boolean);
  return [...new Set(folders)].sort().map((folder) => resolve(root, folder));
}

function packageOf(path) {
  return /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

/** The licence of the package at `root`, then those of the packages in these folders, each text once. Error where there is none. */
export function noticesOf(folders, root) {
  const { name, license } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  const own = readFileSync(resolve(root, 'LICENSE'), 'utf8').trim();
  const groups = new Map();
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = licenceText(folder, manifest);
    const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
    const titles = groups.get(text) ?? [];
    if (!titles.includes(title)) groups.set(text, [...titles, title]);
  }
  const titles = [...groups.values()].flat().sort();
  const parts = [...groups].map(([text, of]) => `${of.join('\n')}\n\n${text}`);
  const list = `Its scripts contain code and lists of these packages, with white space left out and identifiers shortened:\n\n- ${titles.join('\n- ')}`;
  return `${[`${name} (${license})\n\n${own}`, list, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licenceText(folder, { name, license, author, contributors = [], repository }) {
  const file = licenceFile(folder);
  if (file) return readFileSync(file, 'utf8').trim();
  const other =
    TEXTS[license] && licenceFile(fileURLToPath(new URL(`../node_modules/${TEXTS[license]}`, import.meta.url)));
  if (!other) throw new Error(`${name}: no file of its licence, ${license}, and no text of that in tools/notices.mjs`);
  const people = [author, ...contributors].map((person) => person?.name ?? person).filter(Boolean);
  return `By ${people.join(', ')}; ${repository?.url ?? repository}\n\n${readFileSync(other, 'utf8').trim()}`;
}

function licenceFile(folder) {
  const name = readdirSync(folder).find((entry) => /^(licen[sc]e|copying)/i.test(entry));
  return name && join(folder, name);
}
