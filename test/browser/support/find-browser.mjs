import { existsSync } from 'node:fs';

const places = {
  chromium: [process.env.CHROMIUM, '/usr/bin/chromium'],
  firefox: [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'],
};

/** Path of Chromium or Firefox, or undefined. No downloads: Debian's packages are enough. */
export function findBrowser(name) {
  return places[name].find((path) => path && existsSync(path));
}

/** Of a fresh headless Chromium that calls nobody. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
