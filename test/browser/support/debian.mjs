// Debian's packages, by apt-get, where a file of theirs is missing. As a command: node test/browser/support/debian.mjs chromium firefox
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './find-browser.mjs';

/** Installs the packages of those `[file, package]` whose file is not there. Throws what apt-get said. */
export function haveFiles(files) {
  const missing = files.filter(([file]) => !existsSync(file)).map(([, name]) => name);
  if (missing.length > 0) aptInstall(missing);
}

/** The path of Chromium or Firefox, installed if need be. */
export function haveBrowser(name) {
  if (!findBrowser(name)) aptInstall([name === 'firefox' ? 'firefox-esr' : name]);
  return findBrowser(name);
}

function aptInstall(packages) {
  const sudo = process.getuid() === 0 ? [] : ['sudo', '--non-interactive'];
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [command, ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    const { status, error, stderr } = spawnSync(command, rest, { encoding: 'utf8', timeout: 600_000 });
    if (status === 0) continue;
    throw new Error(`apt-get ${args.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const name of process.argv.slice(2)) haveBrowser(name);
