// The page of npm run bench:worker: trains each method in a worker, and tells when; what the page's own thread did meanwhile its tracing tells.
import { createWorker } from '/dist/worker.js';

const ROWS = 4000;
const IMAGES = 400;

/** Rows of features that hang together in pairs, and a class of each: of 0 and 1. */
function table(columns) {
  const values = new Float32Array(ROWS * columns);
  const labels = new Int32Array(ROWS);
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let row = 0; row < ROWS; row++) {
    labels[row] = row % 4;
    for (let c = 0; c < columns; c++) {
      const before = c % 2 && random() < 0.8 ? values[row * columns + c - 1] : undefined;
      values[row * columns + c] = before ?? Number(random() < (c % 4 === labels[row] ? 0.6 : 0.2));
    }
  }
  return { values, columns, targets: { kind: 'classes', values: labels, classes: 4 } };
}

function images() {
  const { values, targets } = table(192);
  const some = values.slice(0, IMAGES * 192);
  return {
    ...{ channels: 3, height: 8, width: 8, values: some },
    targets: { ...targets, values: targets.values.slice(0, IMAGES) },
  };
}

const rows = (worker) => {
  const { values, ...options } = table(200);
  return worker.Dataset.dense(values, options);
};
const pictures = (worker) => worker.Dataset.images(images());
const resnet = { backbone: 'resnet-8', width: 4, gater: 'cnn', gaterWidth: 4 };

/** By method: its data and what makes its net. */
const METHODS = {
  trf: [rows, (worker, data) => worker.TrfNet.grow(data, { seed: 1 })],
  tse: [rows, (worker, data) => worker.TseNet.grow(data, { seed: 1 })],
  gaternet: [pictures, (worker, data) => worker.GaterNet.create(data, { ...resnet, seed: 1 })],
  dense: [rows, (worker, data) => worker.DenseNet.create(data, { hidden: [100], seed: 1 })],
};

/** Everything that a person sees is drawn each time something is told. */
function shown(progress) {
  document.title = JSON.stringify(progress);
}

export async function trainAll(seconds) {
  const worker = await createWorker();
  const told = {};
  for (const [name, [dataOf, make]] of Object.entries(METHODS)) {
    const data = await dataOf(worker);
    performance.mark(`${name} begins`);
    const began = performance.now();
    const net = await make(worker, data);
    const stop = new AbortController();
    let calls = 0;
    const onProgress = (progress) => {
      calls++;
      shown(progress);
      if (performance.now() - began > 1000 * seconds) stop.abort();
    };
    await net.fit(data, { epochs: 100_000, signal: stop.signal, onProgress }).catch((error) => {
      if (error !== stop.signal.reason) throw error;
    });
    performance.mark(`${name} ends`);
    const waits = [];
    for (let i = 0; i < 10; i++) waits.push(await abortOnce(net, data));
    told[name] = { seconds: (performance.now() - began) / 1000, calls, waits };
    await net.dispose();
    await data.dispose();
  }
  const { working } = worker;
  worker.terminate();
  return { told, working };
}

/** Milliseconds from an abort in the middle of training until the call is over. */
async function abortOnce(net, data) {
  const stop = new AbortController();
  let aborted;
  setTimeout(() => {
    aborted = performance.now();
    stop.abort();
  }, 150);
  try {
    await net.fit(data, { epochs: 100_000, signal: stop.signal });
  } catch (error) {
    if (error === stop.signal.reason) return performance.now() - aborted;
    throw error;
  }
  throw new Error('the fit was not aborted');
}

/** `bytes` of floats go to the worker: how long the call holds this thread, and what is left here. */
export async function handOver(bytes) {
  const worker = await createWorker({ threads: 1 });
  const values = new Float32Array(bytes / 4).fill(0.5);
  const began = performance.now();
  const call = worker.Dataset.dense(values, { columns: 1024 });
  const held = performance.now() - began;
  const left = values.byteLength;
  const data = await call;
  const checked = performance.now() - began;
  const copying = await cloned(bytes);
  worker.terminate();
  return { rows: data.rows, held, left, checked, copying };
}

/** What a copy would have taken of this thread. */
async function cloned(bytes) {
  const values = new Float32Array(bytes / 4).fill(0.5);
  const began = performance.now();
  structuredClone(values);
  return performance.now() - began;
}
