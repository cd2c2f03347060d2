// Runs in the page: calls of the API, and for each the longest time in which no other task of the page had its turn.

import {
  assignLatents,
  chowLiuTree,
  createEngine,
  Dataset,
  DenseNet,
  expandTree,
  GaterNet,
  latentTree,
  loadNet,
  TrfNet,
  TseNet,
} from 'espalier';
import * as reading from 'espalier/read';
import { randomNumbers } from '../../dist/cli/bench/check.js';
import { makeCorpus } from '../../dist/cli/bench/structures.js';

/** Runs the work while messages go round, and returns the longest gap between two of them and how many there were, with the timers that came through. */
async function watched(work) {
  let [longest, turns, timers, open] = [0, 0, 0, true];
  let last = performance.now();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    turns++;
    if (open) port2.postMessage(0);
  };
  const tick = () => {
    timers++;
    if (open) setTimeout(tick, 0);
  };
  setTimeout(tick, 0);
  port2.postMessage(0);
  const began = performance.now();
  const result = await work();
  const ms = performance.now() - began;
  // What ran until the promise was resolved counts too.
  await new Promise((resolve) => setTimeout(resolve, 5));
  open = false;
  port1.close();
  return { result, times: { ms, longest, turns, timers } };
}

const random = randomNumbers(1);

function texts(rows) {
  const { kind: _, ...features } = makeCorpus(rows, 10_000, 21, randomNumbers(1));
  return Dataset.sparse({ ...features, labels: Int32Array.from({ length: rows }, (_, r) => r % 4), classes: 4 });
}

function table(rows, columns) {
  const values = Float32Array.from({ length: rows * columns }, random);
  return Dataset.dense(values, { columns, labels: Int32Array.from({ length: rows }, (_, r) => r % 10) });
}

function images(rows) {
  const values = Uint8Array.from({ length: rows * 3072 }, () => Math.floor(256 * random()));
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 10);
  return Dataset.images({ channels: 3, height: 32, width: 32, values, labels, classes: 10 });
}

/** Every long call: name → ms and longest block. */
export async function blocks(threads, wanted) {
  const engine = await createEngine({ threads });
  const found = [];
  const run = async (name, work) => {
    const { result, times } = await watched(work);
    found.push({ name, ...times });
    return result;
  };
  const net = async (name, made, data, fit) => {
    await run(`${name}.fit`, () => made.fit(data, { epochs: 1, ...fit }));
    await run(`${name}.predict`, () => made.predict(data));
    await run(`${name}.evaluate`, () => made.evaluate(data));
    if (made.explain) await run(`${name}.explain`, () => made.explain(data));
    if (made.gates) await run(`${name}.gates`, () => made.gates(data));
    const bytes = await run(`${name}.saveAsync`, () => made.saveAsync());
    const loaded = await run(`${name}.load`, () => loadNet(bytes, { engine }));
    loaded.dispose();
    made.dispose();
  };
  const parts = {
    async gaternet() {
      const data = images(256);
      const made = await run('GaterNet.create', () => GaterNet.create(data, { engine }));
      await net('GaterNet', made, data, { batchSize: 128 });
    },
    async dense() {
      const data = table(4000, 784);
      const made = await run('DenseNet.create 2000-1000', () =>
        DenseNet.create(data, { hidden: [2000, 1000], engine }),
      );
      await net('DenseNet', made, data, { batchSize: 1000 });
    },
    async trf() {
      const data = texts(4000);
      const made = await run('TrfNet.grow', () => TrfNet.grow(data, { pretrain: { epochs: 1 }, engine }));
      await net('TrfNet', made, data);
    },
    async tse() {
      const data = texts(4000);
      const made = await run('TseNet.grow', () => TseNet.grow(data, { engine }));
      await net('TseNet', made, data);
    },
    async trees() {
      const data = texts(8000);
      await run('chowLiuTree, texts', () => chowLiuTree(data, { engine }));
      const numbers = table(20_000, 60);
      await run('chowLiuTree, bins', () => chowLiuTree(numbers, { bins: 8, engine }));
      const tree = await run('latentTree', () => latentTree(data, { engine }));
      await run('assignLatents', () => assignLatents(tree, data, { engine }));
      await run('expandTree', () => expandTree(tree, data, { engine }));
    },
    async reading() {
      const line = Array.from({ length: 40 }, (_, i) => `${i * 37}:${(i % 5) + 1}`).join(',');
      const text = Array.from({ length: 60_000 }, (_, r) => `${r % 4},${line}`).join('\n');
      await run('parseSparseTextAsync, 17 MB', () => reading.parseSparseTextAsync(text));
      const svmlight = text.replaceAll(',', ' ');
      await run('parseSvmlightAsync, 17 MB', () => reading.parseSvmlightAsync(svmlight));
      const row = (r) => Array.from({ length: 8 }, (_, i) => ((r * 7919 + i) % 10007) / 100).join(',');
      const csv = `a,b,c,d,e,f,g,h,y\n${Array.from({ length: 300_000 }, (_, r) => `${row(r)},${'xyz'[r % 3]}\n`).join('')}`;
      const { schema } = await run('learnCsvAsync, 15 MB', () => reading.learnCsvAsync(csv, { target: 'y' }));
      await run('readCsvAsync, 15 MB', () => reading.readCsvAsync(csv, schema));
    },
  };
  for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part();
  return { threads: engine.working, found };
}

/** The same, told to the server: some browsers nobody drives. */
export async function post(threads, wanted) {
  // Firefox is busy with itself for some seconds after its start.
  if (navigator.userAgent.includes('Firefox')) await new Promise((resolve) => setTimeout(resolve, 10_000));
  const told = await blocks(threads, wanted).catch((error) => ({ failed: String(error.stack ?? error) }));
  await fetch('/report', { method: 'POST', body: JSON.stringify(told) });
}
