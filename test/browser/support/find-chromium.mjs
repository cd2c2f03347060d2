import { existsSync } from 'node:fs';

/** Path of the browser, or undefined. Playwright's own downloads are not used: Debian's package is enough. */
export function findChromium() {
  return [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));
}
