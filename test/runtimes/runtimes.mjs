// The runtimes: how each is had and how it does a task.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { haveBrowser, haveFiles } from '../browser/support/debian.mjs';
import { pageOf } from '../browser/support/import-map.mjs';
import { installLocked } from '../browser/support/npm.mjs';
import { serve } from '../browser/support/server.mjs';
import { end, start, within } from './children.mjs';
import { launchWebKit, miniBrowser } from './webkit.mjs';

const here = new URL('./', import.meta.url);
const root = new URL('../../', here);
const AVX2 = /\bavx2\b/.test(existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '');

/**
 * In order. `start`: gives `ask`, which does a task of inside.mjs, and `close`; throws where the runtime cannot be had. `wide`, `relaxed`: whether it must
 * have such kernels; without them it must say why. `quick`: from npm alone. `slow`: emulated.
 */
export const runtimes = [
  node(20, { relaxed: false }),
  node(22),
  node(24, { wide: AVX2 }),
  node(26, { wide: AVX2 }),
  {
    name: 'Deno',
    relaxed: true,
    quick: true,
    start: () => fromNpm('@deno/linux-x64-glibc/deno', ['run', '--allow-all']),
  },
  { name: 'Bun', relaxed: true, quick: true, start: () => fromNpm('@oven/bun-linux-x64/bin/bun') },
  { name: 'Chromium', relaxed: true, start: (files) => inBrowser('chromium', files) },
  { name: 'Firefox', relaxed: true, start: (files) => inBrowser('firefox', files) },
  { name: 'WebKitGTK', relaxed: false, start: inWebKit },
  { name: 'Node 24 on arm64', relaxed: true, slow: true, start: onArm64 },
];

function node(version, more = {}) {
  return {
    name: `Node ${version}`,
    relaxed: true,
    quick: true,
    start: () => fromNpm(`node-${version}/bin/node`),
    ...more,
  };
}

function fromNpm(binary, args = []) {
  installLocked(here);
  return processes([fileURLToPath(new URL(`node_modules/${binary}`, here)), ...args]);
}

/** Debian's libraries for another processor. */
const ARM64 = '/usr/aarch64-linux-gnu';

function onArm64() {
  const folder = new URL('arm64/', here);
  haveFiles([
    ['/usr/bin/qemu-aarch64-static', 'qemu-user-static'],
    [`${ARM64}/lib/libc.so.6`, 'libc6-arm64-cross'],
    [`${ARM64}/lib/libstdc++.so.6`, 'libstdc++6-arm64-cross'],
    [`${ARM64}/lib/libgcc_s.so.1`, 'libgcc-s1-arm64-cross'],
    [`${ARM64}/lib/libatomic.so.1`, 'libatomic1-arm64-cross'],
  ]);
  // npm would not install what this processor cannot run.
  installLocked(folder, ['--force']);
  const binary = fileURLToPath(new URL('node_modules/node-24/bin/node', folder));
  return processes(['/usr/bin/qemu-aarch64-static', '-L', ARM64, binary]);
}

/** A process a task. */
function processes([command, ...args]) {
  const script = fileURLToPath(new URL('process.mjs', here));
  return {
    ask: async (task, seconds) => {
      const child = start(command, [...args, script, JSON.stringify(task)], {
        env: { ...process.env, ESPALIER_WIDE: Object.values(task)[0].wide ? '1' : '0' },
      });
      try {
        const { stdout, stderr, code, signal, error } = await within(seconds, child.ended, 'the process');
        if (code !== 0)
          throw new Error(error?.message ?? `ended with ${signal ?? code}\n${stdout.slice(-2000)}${stderr}`);
        return JSON.parse(stdout.trim().split('\n').at(-1));
      } finally {
        end(child);
      }
    },
    close: () => {},
  };
}

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const shims = Object.fromEntries(
  ['fs', 'assert', 'util'].map((name) => [`node:${name}`, `/test/runtimes/page/${name}.mjs`]),
);

/** An isolated page a task, which posts what came of it. `open` leads the browser there. */
async function pages(open, close, files) {
  const { problems = [] } = open;
  const entries = ['test/runtimes/page.mjs', 'dist/index.js', ...files.map((file) => `build/test/${file}`)];
  const page = pageOf(root, entries, `import '/test/runtimes/page.mjs';`, shims);
  const server = await serve({ root, pages: { '/': page }, headers: isolation });
  return {
    ask: async (task, seconds) => {
      problems.length = 0;
      await open(`${server.url}?task=${encodeURIComponent(JSON.stringify(task))}`);
      const told = JSON.parse(
        await within(seconds, server.posted(), 'the page').catch((error) => {
          throw new Error([error.message, ...problems].join('\n'));
        }),
      );
      if (told.failed) throw new Error(told.failed);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return told;
    },
    close: async () => {
      await close();
      await server.close();
    },
  };
}

async function inBrowser(name, files) {
  // Its packages from npm come with the tests in a browser.
  installLocked(new URL('../browser/', here));
  haveBrowser(name);
  const { launch, openPage } = await import('../browser/support/browsers.mjs');
  const browser = await launch(name);
  let last;
  const problems = [];
  const open = async (url) => {
    await last?.close();
    last = await openPage(browser, url, problems);
  };
  return pages(Object.assign(open, { problems }), () => browser.close(), files);
}

async function inWebKit(files) {
  haveFiles([
    [miniBrowser() ?? '', 'webkit2gtk-driver'],
    ['/usr/bin/WebKitWebDriver', 'webkit2gtk-driver'],
    ['/usr/bin/Xvfb', 'xvfb'],
  ]);
  const { open, close } = await launchWebKit();
  return pages(open, close, files);
}
