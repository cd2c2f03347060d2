import { fileURLToPath } from 'node:url';
import { declared } from './declared.mjs';

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
  plugins: [declaredOptions(), house(), policy()],
  worker: { format: 'es', plugins: () => [nodeAlone()] },
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  server: { headers, fs: { allow: [here('..')] } },
  preview: { headers },
};

/** Of the benchmark's peers, those that only Node can have are loaded by no page. */
function nodeAlone() {
  return {
    name: 'node-alone',
    enforce: 'pre',
    resolveId: (id) => (id.startsWith('node:') ? { id, external: true } : undefined),
  };
}

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

/** In what is built only: the server for development has scripts of its own in the page. */
function policy() {
  const tag = { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY } };
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [{ ...tag, injectTo: 'head-prepend' }],
  };
}
