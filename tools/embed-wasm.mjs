// Build step: checks the compiled kernels and inlines them, so that no bundler has to know about .wasm files.
// As hexadecimal: gzip still sees whole bytes there, and makes it a fifth smaller than base64.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const bytes = readFileSync(new URL('build/espalier.wasm', root));

const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map((i) => `${i.module}.${i.name}`);
if (imports.join() !== 'env.memory') throw new Error(`kernels must import env.memory alone, found: ${imports.join()}`);
for (const [id, name] of [
  [8, 'a start function'],
  [11, 'data segments'],
]) {
  if (sections(bytes).includes(id)) throw new Error(`kernels must not have ${name}`);
}

mkdirSync(new URL('dist/wasm/', root), { recursive: true });
writeFileSync(new URL('dist/wasm/espalier.wasm', root), bytes);
writeFileSync(
  new URL('src/runtime/wasm-bytes.ts', root),
  `// Written by tools/embed-wasm.mjs from assembly/; not edited by hand.\nexport const hex =\n  '${bytes.toString('hex')}';\n`,
);

/** Ids of the module's sections, in file order. */
function sections(module) {
  const ids = [];
  for (let at = 8; at < module.length; ) {
    ids.push(module[at++]);
    let size = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = module[at++];
      size |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    at += size;
  }
  return ids;
}
