import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { declared } from './declared.mjs';
import { balanced, idx, readMnist, SIDE } from './mnist.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// What isolation.js brings where a host cannot set headers.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export default {
  root: here('.'),
  base: './',
  resolve: {
    alias: [
      { find: /^espalier$/, replacement: here('../dist/index.js') },
      { find: /^espalier\/(\w+)$/, replacement: here('../dist/$1.js') },
    ],
  },
  plugins: [declaredOptions(), house(), policy(), digits()],
  worker: { format: 'es' },
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  server: { headers, fs: { allow: [here('..')] } },
  preview: { headers },
};

/** The options of the methods as they are declared, for the form. */
function declaredOptions() {
  const name = 'virtual:declared';
  return {
    name,
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: async (id) => (id === `\0${name}` ? `export default ${JSON.stringify(await declared())}` : undefined),
  };
}

/** The style that the package's own pages begin with. */
function house() {
  const file = here('src/house.css');
  return {
    name: 'house-style',
    resolveId: (id) => (id === 'virtual:house.css' ? file : undefined),
    load: async (id) => (id === file ? (await import('../dist/drawings/page/style.js')).BASE_STYLE : undefined),
  };
}

/** Digits of MNIST's test images, 200 of each, as files beside the page: made when it is built, not kept in the repository. */
function digits() {
  const files = async () => {
    const { pixels, labels } = balanced(await readMnist('t10k'), 200);
    return {
      'digits/images-idx3-ubyte.gz': gzipSync(idx([labels.length, SIDE, SIDE], pixels), { level: 9 }),
      'digits/labels-idx1-ubyte.gz': gzipSync(idx([labels.length], labels)),
    };
  };
  return {
    name: 'digits',
    configureServer(server) {
      const made = files();
      server.middlewares.use(async (request, response, next) => {
        const found = (await made)[request.url.slice(1)];
        if (found) response.end(found);
        else next();
      });
    },
    async generateBundle() {
      for (const [fileName, source] of Object.entries(await files()))
        this.emitFile({ type: 'asset', fileName, source });
    },
  };
}

/** In what is built only: the server for development has scripts of its own in the page. */
function policy() {
  const tag = { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY } };
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [{ ...tag, injectTo: 'head-prepend' }],
  };
}
