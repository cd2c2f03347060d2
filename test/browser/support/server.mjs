import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

function plain(_, response, head, body) {
  response.writeHead(200, head);
  response.end(body);
}

/**
 * Serves the files below `root` (a URL) and the given pages (path → HTML) on a free port of this machine.
 * `send` answers in the place of the server's own way (slow-link.mjs). `requests` lists the paths asked for, in order; `posted` answers with the next text that a page posts.
 */
export async function serve({ root, pages = {}, headers = {}, send = plain }) {
  const requests = [];
  const posts = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    requests.push(pathname);
    if (request.method === 'POST') {
      const chunks = await request.toArray();
      response.writeHead(204).end();
      posts.push(Buffer.concat(chunks).toString());
      while (posts.length > 0 && waiting.length > 0) waiting.shift()(posts.shift());
      return;
    }
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    try {
      const body = pages[pathname] ?? (await readFile(new URL(`.${path}`, root)));
      const type = types[extname(path)] ?? 'application/octet-stream';
      await send(request, response, { 'content-type': type, ...headers }, body);
    } catch {
      // Browsers ask for an icon by themselves; its absence is not a fault of the page.
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    requests,
    posted: () =>
      new Promise((resolve) => {
        if (posts.length > 0) resolve(posts.shift());
        else waiting.push(resolve);
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** For servers that do not choose one themselves. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
