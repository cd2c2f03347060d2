// npm run test:only -- PATTERN: the test files whose names match, without a whole build. Sources are always compiled anew, so that
// nothing stale runs; the kernels only when they or what builds them changed. Types are left to `npm test`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
process.chdir(root);
const windows = process.platform === 'win32';

const pattern = process.argv.slice(2).find((arg) => !arg.startsWith('--'));
if (pattern === undefined) {
  console.error('Usage: npm run test:only -- PATTERN   (a regular expression over names of test files)');
  process.exit(2);
}

if (kernelsAreStale()) {
  run('npm', ['run', 'build:dev'], windows);
} else {
  await Promise.all([
    compile('-p', 'tsconfig.json', '--noCheck', '--declaration', 'false', '--removeComments'),
    compile('-p', 'tsconfig.dev.json', '--noCheck'),
  ]);
}
// tsc leaves what it made of sources that are gone; a module that imports one must not find it.
removeOrphans('dist', 'src');
for (const folder of ['test', 'bench', 'demo']) removeOrphans(join('build', folder), folder);
run(process.execPath, [join('tools', 'one-file.mjs')]);
run(process.execPath, [join('build', 'test', 'run.js'), ...process.argv.slice(2)]);

function kernelsAreStale() {
  const made = [
    ...['build/espalier.wasm', 'dist/wasm/espalier.wasm', 'src/runtime/wasm-bytes.ts'],
    ...['build/espalier-relaxed.wasm', 'src/runtime/builds/relaxed-bytes.ts'],
  ];
  if (!made.every((path) => existsSync(path)) || !existsSync('dist/index.d.ts')) return true;
  const oldest = Math.min(...made.map((path) => statSync(path).mtimeMs));
  const from = ['assembly', 'tools', 'asconfig.json', 'asconfig.relaxed.json', 'package-lock.json'];
  return from.flatMap(withContents).some((path) => statSync(path).mtimeMs > oldest);
}

/** The path and, of a folder, all below it; folders too, whose times tell of files that are gone. */
function withContents(path) {
  if (!statSync(path).isDirectory()) return [path];
  return [path, ...readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))];
}

function removeOrphans(compiled, sources) {
  if (!existsSync(compiled)) return;
  for (const name of readdirSync(compiled, { recursive: true, encoding: 'utf8' })) {
    const stem = /^(.*?)(?:\.js|\.d\.ts)$/.exec(name)?.[1];
    if (stem !== undefined && !existsSync(join(sources, `${stem}.ts`))) rmSync(join(compiled, name));
  }
}

function compile(...args) {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const child = spawn(process.execPath, [join(dirname(manifest), 'bin', 'tsc'), ...args], { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('close', (code) => (code === 0 ? resolve() : process.exit(code ?? 1)));
  });
}

function run(command, args, shell = false) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell });
  if (status !== 0) process.exit(status ?? 1);
}
