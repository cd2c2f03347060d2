// Build step: checks the compiled kernels and inlines them, so that no bundler has to know about .wasm files.
// As text of one sign for each of the most frequent bytes and of two for the others: gzip then makes it as small as the module itself, a tenth smaller than hexadecimal.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
/** Printable ASCII but for what strings or pages quote with, and the two that say that another sign follows. */
const SIGNS = Array.from({ length: 93 }, (_, i) => String.fromCharCode(32 + i))
  .filter((sign) => !`'"\`\\$<`.includes(sign))
  .join('');
mkdirSync(new URL('dist/wasm/', root), { recursive: true });
const strict = checked('build/espalier.wasm');
writeFileSync(new URL('dist/wasm/espalier.wasm', root), strict);
embed(strict, 'src/runtime/wasm-bytes.ts', 'assembly/index.ts');
// Which kernels they are, for what must know it before it loads them.
writeFileSync(
  new URL('src/runtime/wasm-name.ts', root),
  `// Written by tools/embed-wasm.mjs from assembly/index.ts; not edited by hand.
export const KERNELS = '${createHash('sha256').update(strict).digest('hex').slice(0, 16)}';
`,
);
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

/** What src/runtime/modules.ts unpacks. */
function embed(bytes, path, source) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const order = counts.map((_, byte) => byte).sort((a, b) => counts[b] - counts[a]);
  const signs = SIGNS;
  const written = [];
  order.forEach((byte, place) => {
    const sign = signs[place % signs.length];
    written[byte] = [sign, `}${sign}`, `~${sign}`][Math.floor(place / signs.length)];
  });
  const text = Array.from(bytes, (byte) => written[byte]).join('');
  writeFileSync(
    new URL(path, root),
    `// Written by tools/embed-wasm.mjs from ${source}; not edited by hand.
export const packed = {
  order: '${Buffer.from(order).toString('hex')}',
  signs: '${signs}',
  text: '${text}',
};
`,
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
