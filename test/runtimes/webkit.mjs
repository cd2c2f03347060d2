// WebKitGTK: Debian's MiniBrowser on a screen of Xvfb, driven by WebKitWebDriver over the W3C's protocol.
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { end, start, within } from './children.mjs';

/** Starts it; `open` leads its page to an address. */
export async function launchWebKit() {
  const children = [];
  const close = () => {
    for (const child of children.reverse()) end(child);
  };
  try {
    const screen = start('Xvfb', ['-displayfd', '1', '-screen', '0', '800x600x24', '-nolisten', 'tcp']);
    children.push(screen);
    const number = await within(30, firstLine(screen), 'Xvfb');
    const port = await freePort();
    const env = { ...process.env, DISPLAY: `:${number}`, NO_AT_BRIDGE: '1', JSC_useSharedArrayBuffer: '1' };
    const driver = start('WebKitWebDriver', [`--port=${port}`], { env });
    children.push(driver);
    const ask = asker(`http://127.0.0.1:${port}`);
    await within(30, ready(ask), 'WebKitWebDriver');
    const binary = miniBrowser();
    const alwaysMatch = { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } };
    const { sessionId, capabilities } = await ask('POST', '/session', { capabilities: { alwaysMatch } });
    return {
      version: capabilities.browserVersion,
      open: (url) => ask('POST', `/session/${sessionId}/url`, { url }),
      close: async () => {
        // The browser is not of the driver's group.
        await within(20, ask('DELETE', `/session/${sessionId}`), 'the end of the session').catch(() => {});
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

const libraries = '/usr/lib';

/** Path of MiniBrowser, which no folder of commands has, or undefined. */
export function miniBrowser() {
  for (const machine of readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu'))) {
    const found = readdirSync(`${libraries}/${machine}`).filter((name) => /^webkit2?gtk-[\d.]+$/.test(name));
    for (const name of found) {
      const folder = `${libraries}/${machine}/${name}`;
      if (readdirSync(folder).includes('MiniBrowser')) return `${folder}/MiniBrowser`;
    }
  }
  return undefined;
}

function asker(server) {
  return async (method, path, body) => {
    const response = await fetch(server + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitWebDriver, ${path}: ${value.error}: ${value.message}`);
    return value;
  };
}

async function ready(ask) {
  for (;;) {
    const status = await ask('GET', '/status').catch(() => undefined);
    if (status?.ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => resolve(text.trim()));
    child.ended.then(({ stderr, error }) => reject(new Error(`Xvfb: ${error?.message ?? stderr.trim()}`)));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
