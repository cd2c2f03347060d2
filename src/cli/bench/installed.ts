import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Modules, Native } from './operations.js';

/** Packages as a script in this folder would find them, and what the system has. */
export function installedIn(folder: string): Modules {
  const require = createRequire(join(resolve(folder), 'package.json'));
  return {
    version(name) {
      const places = require.resolve.paths(name) ?? [];
      const manifest = places.map((place) => join(place, name, 'package.json')).find((path) => existsSync(path));
      return manifest === undefined ? undefined : JSON.parse(readFileSync(manifest, 'utf8')).version;
    },
    load: (name) => require(name),
    program,
  };
}

function program(name: Native): string | undefined {
  return name === 'plink1.9' ? [name].find((one) => runs(one, '--version')) : pythonWith(name);
}

/** A Python that has the module: ESPALIER_PYTHON names another than the first on the path, or the system's. */
export function pythonWith(module: string): string | undefined {
  const { ESPALIER_PYTHON } = process.env;
  const script = `import importlib.util as u, sys; sys.exit(u.find_spec('${module}') is None)`;
  return (ESPALIER_PYTHON ? [ESPALIER_PYTHON] : ['python3', '/usr/bin/python3']).find((one) => runs(one, '-c', script));
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
