import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { declared } from './declared.mjs';
import { balanced, idx, readMnist, SIDE } from './mnist.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// What the service worker brings where a host cannot set headers.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
// Some of the package's modules are loaded late by some of its functions and early by others, as its sizes want it.
const CHECKS = { ineffectiveDynamicImport: false };
/** What begins the first picture, before the page is here. */
const BEGINNING = /playground\/src\/(boot|first|samples|url)\.ts|vite\/preload/;
/** What every visit takes, in one request. */
const PAGE =
  /playground\/src\/(?!.*-tab|option-form|training|charts|explain)|dist\/(check|worker|runtime(?!\/(wasm-bytes|builds)))|dist\/structure\/tree\.js/;
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
      // The page brings a worker of its own.
      { find: /^.*own-worker\.js$/, replacement: here('src/no-worker.ts') },
      { find: /^espalier$/, replacement: here('../dist/index.js') },
      { find: /^espalier\/(\w+)$/, replacement: here('../dist/$1.js') },
    ],
  },
  plugins: [declaredOptions(), house(), policy(), digits(), together(), kept()],
  worker: { format: 'es', plugins: () => [firstInOnePiece(), nodeAlone()], rolldownOptions: { checks: CHECKS } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: CHECKS,
      output: {
        codeSplitting: {
          groups: [
            { name: 'beginning', test: BEGINNING, priority: 2 },
            { name: 'page', test: PAGE, priority: 1 },
          ],
        },
      },
    },
  },
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

/** One request for the worker that is waited for; the pieces of the other come as they are needed. */
function firstInOnePiece() {
  let isFirst = false;
  return {
    name: 'first-in-one-piece',
    options({ input }) {
      isFirst = String(input).endsWith('first-worker.ts');
    },
    outputOptions: (options) => (isFirst ? { ...options, codeSplitting: false } : options),
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

/** Asks for the page with what begins it, not after. */
function together() {
  return {
    name: 'together',
    transformIndexHtml: (_, { bundle = {} }) =>
      Object.values(bundle)
        .filter(({ type, name }) => type === 'chunk' && ['main', 'page'].includes(name))
        .map(({ fileName }) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
          injectTo: 'head',
        })),
  };
}

/** Digits of MNIST's test images, 200 of each, as files beside the page: made when it is built, not kept in the repository. */
function digits() {
  const files = () => {
    const { pixels, labels } = balanced(readMnist().test, 200);
    return {
      'digits/images-idx3-ubyte.gz': gzipSync(idx([labels.length, SIDE, SIDE], pixels), { level: 9 }),
      'digits/labels-idx1-ubyte.gz': gzipSync(idx([labels.length], labels)),
    };
  };
  return {
    name: 'digits',
    configureServer(server) {
      const made = files();
      server.middlewares.use((request, response, next) => {
        const found = made[request.url.slice(1)];
        if (found) response.end(found);
        else next();
      });
    },
    generateBundle() {
      for (const [fileName, source] of Object.entries(files())) this.emitFile({ type: 'asset', fileName, source });
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

/** The service worker, with all that was built and lies in public/. */
function kept() {
  return {
    name: 'kept',
    apply: 'build',
    closeBundle() {
      const out = here('dist/');
      const files = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && one.name !== 'service-worker.js')
        .map(({ parentPath, name }) => join(parentPath, name).slice(out.length))
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(out, file)));
      const told = { VERSION: hash.digest('hex').slice(0, 16), FILES: files.map((file) => `./${file}`) };
      const head = Object.entries(told).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
      writeFileSync(join(out, 'service-worker.js'), head.join('') + readFileSync(here('service-worker.js'), 'utf8'));
    },
  };
}
