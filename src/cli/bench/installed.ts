import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Modules } from './operations.js';

/** Packages as a script in this folder would find them. */
export function installedIn(folder: string): Modules {
  const require = createRequire(join(resolve(folder), 'package.json'));
  return {
    version(name) {
      const places = require.resolve.paths(name) ?? [];
      const manifest = places.map((place) => join(place, name, 'package.json')).find((path) => existsSync(path));
      return manifest === undefined ? undefined : JSON.parse(readFileSync(manifest, 'utf8')).version;
    },
    load: (name) => require(name),
  };
}
