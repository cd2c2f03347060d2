import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './find-browser.mjs';

/** Opens a page in a fresh headless Firefox with a profile of its own; close() ends it and nothing else. Such a page is not driven: it does its work by itself, and posts what came of it. */
export function openInFirefox(url) {
  const profile = mkdtempSync(join(tmpdir(), 'espalier-firefox-'));
  const quiet = [
    'browser.shell.checkDefaultBrowser',
    'browser.aboutwelcome.enabled',
    'datareporting.policy.dataSubmissionEnabled',
    'toolkit.telemetry.enabled',
    'app.normandy.enabled',
    'app.update.enabled',
    'extensions.update.enabled',
    'network.captive-portal-service.enabled',
    'network.connectivity-service.enabled',
  ];
  const lines = quiet.map((name) => `user_pref("${name}", false);`);
  lines.push('user_pref("toolkit.startup.max_resumed_crashes", -1);');
  writeFileSync(join(profile, 'user.js'), `${lines.join('\n')}\n`);
  const child = spawn(findBrowser('firefox'), ['--headless', '--no-remote', '--profile', profile, url], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
    child.on('error', resolve);
  });
  return {
    close: async () => {
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
