// Build step: declares the kernels from what the compiler says of them (build/espalier.d.ts) and the headers that they have in assembly/.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

/** Parameters: an address is no number, so that it cannot be taken for a size. */
const PARAMETERS = { usize: 'Address', i32: 'Size', u32: 'Size', f32: 'Scalar', f64: 'Scalar' };
/** Results: no kernel returns an address; a usize is a number of bytes. */
const RESULTS = { usize: 'number', i32: 'number', f64: 'number' };

const declaration = /\/\*\*\n((?: {3}\*.*\n)+) {3}\*\/\n {2}export function (\w+)\(/g;
const methods = [...read('build/espalier.d.ts').matchAll(declaration)].map(([, comment, name]) => {
  const path = comment.match(/\* (assembly\/\w+)\/\w+\n/)[1];
  const parameters = [...comment.matchAll(/@param (\w+) `(\w+)`/g)].map(
    ([, parameter, type]) => `${parameter}: ${known(PARAMETERS, type, name)}`,
  );
  const result = comment.match(/@returns `(\w+)`/);
  const type = result ? known(RESULTS, result[1], name) : 'void';
  return `${header(path, name)}\n  ${name}(${parameters.join(', ')}): ${type};\n`;
});
if (methods.length === 0) throw new Error('build/espalier.d.ts declares no kernels');

writeFileSync(
  new URL('src/runtime/kernels.ts', root),
  `// Written by tools/kernel-types.mjs from assembly/; not edited by hand.
import type { Address, Scalar, Size } from './address.js';

/** The exports of assembly/. Sizes are counts of elements unless a header says otherwise. */
export interface Kernels {
${methods.join('\n')}}
`,
);

function known(types, type, name) {
  if (!Object.hasOwn(types, type)) throw new Error(`${name}: no type for ${type}`);
  return types[type];
}

/** The comment before a kernel, indented. */
function header(path, name) {
  const found = read(`${path}.ts`).match(new RegExp(`(/\\*\\*(?:[^*]|\\*(?!/))*\\*/)\\nexport function ${name}\\(`));
  if (!found) throw new Error(`${path}.ts: ${name} has no header`);
  return found[1].replace(/^/gm, '  ');
}
