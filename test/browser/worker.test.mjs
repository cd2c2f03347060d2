// The package behind a worker of a page: the same bits as in the page itself, on threads where it is isolated, and a page that stays alive; Chromium and Firefox.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pageOf } from './support/import-map.mjs';
import { browsers, ISOLATION, posted } from './support/posting-page.mjs';

const root = new URL('../../', import.meta.url);
const worker = suite('a worker of a page');
const policy = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
};

/** Trains in the worker and in the page; more in pages that can show pictures. */
const script = (module) => `
  const told = {};
  try {
    const { createWorker } = await import('${module}');
    const { Dataset, TrfNet, Tree } = await import('/dist/index.js');
    const values = () => Float32Array.from({ length: 600 * 8 }, (_, i) => Number((i * 7919) % 11 < 3 + (i % 3)));
    const labels = Array.from({ length: 600 }, (_, row) => ((row * 8 * 7919) % 11 < 4 ? 'few' : 'many'));
    const options = { columns: 8, labels };
    const worker = await createWorker();
    told.working = worker.working;
    const train = async (api, data) => {
      const net = await api.TrfNet.grow(data, { seed: 3 });
      const epochs = [];
      await net.fit(data, { epochs: 4, onEpoch: ({ epoch }) => epochs.push(epoch) });
      const bytes = await net.saveAsync();
      return [epochs.join(), new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join()];
    };
    const given = values();
    const data = await worker.Dataset.dense(given, options);
    told.left = given.length;
    const tree = await worker.chowLiuTree(data);
    told.tree = tree instanceof Tree && tree.edges.length;
    told.there = await train(worker, data);
    told.here = await train({ TrfNet }, Dataset.dense(values(), options));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const net = await worker.DenseNet.create(data, { hidden: [8] });
    told.aborted = await net.fit(data, { epochs: 1e6, signal: stop.signal }).catch((error) => error === stop.signal.reason);
    const canvas = new ImageData(4, 4);
    const images = await worker.Dataset.images({ values: [canvas, new ImageData(4, 4)] });
    told.images = [images.rows, images.columns, canvas.data.length];
    const error = await net.fit(data, { epochs: 0 }).catch((error) => error);
    told.refused = error instanceof RangeError && error.message;
    worker.terminate();
    told.ended = (await net.predict(data).catch((error) => error)).message;
  } catch (error) {
    told.failed = error.stack ?? String(error);
  }
  await fetch('/', { method: 'POST', body: JSON.stringify(told) });`;

const cases = [
  ['an isolated page', '/dist/worker.js', ISOLATION],
  ['a page that is not isolated, under a policy without blob:', '/dist/worker.js', policy],
  ['the one file', '/dist/espalier.min.js', ISOLATION],
];

for (const [name, open, test] of browsers(worker))
  for (const [where, module, headers] of cases)
    test(`${name}, ${where}: trains there as here, moves arrays, aborts, refuses, ends`, async () => {
      const page = pageOf(root, ['dist/index.js', 'dist/worker.js'], script(module));
      const { working, there, here, ...others } = await posted(open, root, page, headers);
      assert.equal(there, here);
      if (headers === ISOLATION) assert.is(working.threads > 1, working.reasons.length === 0, working.reasons.join());
      else assert.match(working.reasons.join(), /the page is not cross-origin isolated/);
      // The one file has classes of its own.
      const tree = module.endsWith('.min.js') ? false : 7;
      const refused = 'epochs: expected an integer from 1, got 0';
      const ended = 'the worker was terminated';
      assert.equal(others, { left: 0, tree, aborted: true, images: [2, 48, 0], refused, ended });
    });

worker.run();
