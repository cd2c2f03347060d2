// Build step: checks the compiled kernels and inlines them, so that no bundler has to know about .wasm files.
// As hexadecimal: gzip still sees whole bytes there, and makes it a fifth smaller than base64.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
mkdirSync(new URL('dist/wasm/', root), { recursive: true });
const strict = checked('build/espalier.wasm');
writeFileSync(new URL('dist/wasm/espalier.wasm', root), strict);
embed(strict, 'src/runtime/wasm-bytes.ts', 'assembly/index.ts');
embed(checked('build/espalier-relaxed.wasm'), 'src/runtime/builds/relaxed-bytes.ts', 'assembly/relaxed.ts');

/** The bytes of a module of kernels. */
function checked(path) {
  const bytes = readFileSync(new URL(path, root));
  const parts = sections(bytes);
  // One import, the memory. Not by WebAssembly.Module: Node 20 does not take relaxed instructions.
  const imports = parts.find(({ id }) => id === 2)?.contents.toString('latin1');
  if (!imports?.startsWith('\x01\x03env\x06memory\x02')) throw new Error(`${path} must import env.memory alone`);
  for (const [id, name] of [
    [8, 'a start function'],
    [11, 'data segments'],
  ]) {
    if (parts.some((part) => part.id === id)) throw new Error(`${path} must not have ${name}`);
  }
  return bytes;
}

function embed(bytes, path, source) {
  writeFileSync(
    new URL(path, root),
    `// Written by tools/embed-wasm.mjs from ${source}; not edited by hand.\nexport const hex =\n  '${bytes.toString('hex')}';\n`,
  );
}

/** The module's sections, in file order. */
function sections(module) {
  const found = [];
  for (let at = 8; at < module.length; ) {
    const id = module[at++];
    let size = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = module[at++];
      size |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    found.push({ id, contents: module.subarray(at, at + size) });
    at += size;
  }
  return found;
}
