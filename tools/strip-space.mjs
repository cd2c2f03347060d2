// Before packing: takes the white space out of dist/**/*.js, a tenth of what a page without a bundler loads. Names and syntax stay.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

/** The text of a module as it is packed. */
export function stripped(code) {
  return transformSync(code, { minifyWhitespace: true, charset: 'utf8' }).code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = new URL('../dist/', import.meta.url);
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const path = new URL(name, dist);
    writeFileSync(path, stripped(readFileSync(path, 'utf8')));
  }
}
