// What all the projects do with the package, in Node and in pages.
import { chowLiuTree, createEngine, Dataset, DenseNet, TrfNet } from 'espalier';
import { parseSparseText } from 'espalier/read';

/** Trains on a problem that a few epochs solve; resolves with accuracies on rows not seen, and a digest of all that was learned. `api`: the package, or a worker that has it. */
export async function learn(api = { chowLiuTree, Dataset, DenseNet, TrfNet }) {
  for (const exported of [api.chowLiuTree, parseSparseText]) {
    if (typeof exported !== 'function') throw new TypeError(`expected a function, found ${exported}`);
  }
  const data = (seed, count) => {
    const { rows, labels } = problem(seed, count);
    return api.Dataset.dense(rows, { labels });
  };
  const [train, validation, test] = [await data(1, 600), await data(2, 100), await data(3, 200)];
  let progress = 0;
  const options = { validation, epochs: 10, batchSize: 32, learningRate: 0.01, onProgress: () => progress++ };
  const tree = await api.chowLiuTree(train);

  const net = await api.TrfNet.grow(train, {
    layers: [{ radius: 2, stride: 2, globalUnits: 4 }],
    seed: 1,
    pretrain: { epochs: 2 },
  });
  await net.fit(train, options);
  const { accuracy } = await net.evaluate(test);
  const saved = await net.saveAsync();
  // A worker is handed over what it is given.
  const again = await api.TrfNet.load(saved.slice());
  const reloaded = (await again.evaluate(test)).accuracy;
  await net.dispose();
  await again.dispose();

  const baseline = await api.DenseNet.create(train, { hidden: [16], seed: 1 });
  await baseline.fit(train, options);
  const dense = (await baseline.evaluate(test)).accuracy;
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(tree.edges)), saved, await baseline.saveAsync());
  await baseline.dispose();
  if (progress === 0) throw new Error('no progress was reported');
  return { accuracy, reloaded, dense, digest };
}

/** The same in two threads, for long enough that a script which cannot start has been missed: which threads are at work, and the digest of the net. */
export async function learnOnThreads() {
  const engine = await createEngine({ threads: 2 });
  const { rows, labels } = problem(1, 600);
  const train = Dataset.dense(rows, { labels });
  const net = await DenseNet.create(train, { hidden: [512, 512], seed: 1, engine });
  let digest;
  for (const began = Date.now(); digest === undefined || Date.now() - began < 1500; ) {
    // Further rounds train on and their bits are not looked at.
    await net.fit(train, { epochs: 1, batchSize: 200 });
    digest ??= await sha256(net.save());
  }
  const { working } = engine;
  net.dispose();
  engine.dispose();
  return { digest, working };
}

/** Sixteen noisy copies of two hidden switches, eight of each; the class says whether the first is on. */
function problem(seed, count) {
  let state = seed;
  const chance = (probability) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < probability;
  };
  const rows = [];
  const labels = [];
  for (let row = 0; row < count; row++) {
    const switches = [chance(0.5), chance(0.5)];
    rows.push(Array.from({ length: 16 }, (_, column) => Number(switches[column >> 3] !== chance(0.1))));
    labels.push(Number(switches[0]));
  }
  return { rows, labels };
}

async function sha256(...parts) {
  const hash = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
