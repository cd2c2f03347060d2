// Arrays that are written to after a Dataset was made of them, or while a call runs: refused, or as right as a dataset made now. Never a trap, never in silence.
import {
  chowLiuTree,
  createEngine,
  Dataset,
  DenseNet,
  type Engine,
  GaterNet,
  latentTree,
  mutualInformation,
  type Net,
  type SparseMatrix,
  Standardizer,
  splitRows,
  TfIdf,
  TrfNet,
  TseNet,
  targetInformation,
  topPairs,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noiseImages } from '../support/gated-images.js';
import { dense, sparse, switches, tasks, values } from '../support/problems.js';
import { SlowClock } from '../support/slow-clock.js';

const problem = switches(3, 90, 3, 4);
const small = { kind: 'resnet', depth: 8, width: 4 } as const;
type Matrices = { start: Int32Array; index: Int32Array; value: Float32Array };
const partsOf = (data: Dataset) => data.features as unknown as SparseMatrix & Matrices;
const valuesOf = (data: Dataset) => (data.features as unknown as { values: Float32Array }).values;

/** What may happen to sparse rows. */
const SPARSE: Record<string, (data: Dataset) => void> = {
  'an index far out': (data) => partsOf(data).index.fill(2 ** 30, 40, 41),
  'an index below 0': (data) => partsOf(data).index.fill(-5, 40, 41),
  'an index just out': (data) => partsOf(data).index.fill(data.columns, 40, 41),
  'an index twice': (data) => partsOf(data).index.copyWithin(41, 40, 41),
  'a start far out': (data) => partsOf(data).start.fill(2 ** 30, 30, 31),
  'a start below 0': (data) => partsOf(data).start.fill(-1, 30, 31),
  'starts that fall': (data) => partsOf(data).start.reverse(),
  'a value that is NaN': (data) => partsOf(data).value.fill(Number.NaN, 40, 41),
  'a label out of range': (data) => (data.targets!.values as Int32Array).fill(99, 20, 21),
  'a label below 0': (data) => (data.targets!.values as Int32Array).fill(-1, 20, 21),
};
const DENSE: Record<string, (data: Dataset) => void> = {
  'a value that is NaN': (data) => valuesOf(data).fill(Number.NaN, 40, 41),
  'a value that is infinite': (data) => valuesOf(data).fill(Number.POSITIVE_INFINITY, 40, 41),
};
const LABEL_FAULTS = ['a label out of range', 'a label below 0'];

/** Copies of its arrays, each over a buffer that can be made smaller, and grown if it is shared. */
function resizable(data: Dataset, shared = false): { data: Dataset; buffers: Resizable[] } {
  const buffers: Resizable[] = [];
  const moved = <T extends object>(parts: T): T =>
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, ArrayBuffer.isView(part) ? over(part as Int32Array) : part]),
    ) as T;
  const over = (array: Int32Array) => {
    const { byteLength } = array;
    const Kind = (shared ? SharedArrayBuffer : ArrayBuffer) as unknown as new (
      size: number,
      options: { maxByteLength: number },
    ) => Resizable;
    const buffer = new Kind(byteLength, { maxByteLength: 2 * byteLength });
    buffers.push(buffer);
    const copy = new (array.constructor as Int32ArrayConstructor)(buffer as unknown as ArrayBuffer);
    copy.set(array);
    return copy;
  };
  const { features, targets, featureNames } = data;
  return { data: new Dataset(moved(features), targets && moved(targets), featureNames), buffers };
}

/** What ES2024 knows of buffers. */
interface Resizable {
  readonly byteLength: number;
  resize(bytes: number): void;
  grow(bytes: number): void;
}

/** What may happen to the buffers under a dataset's arrays: one of them, or all. */
const BUFFERS: Record<string, { shared?: boolean; spoil(buffer: Resizable): void }> = {
  shrunk: { spoil: (buffer) => buffer.resize((buffer.byteLength >> 4) << 3) },
  detached: { spoil: (buffer) => void structuredClone(buffer, { transfer: [buffer as unknown as ArrayBuffer] }) },
  grown: { shared: true, spoil: (buffer) => buffer.grow(buffer.byteLength + 8) },
};

interface Use {
  readonly call: (data: Dataset, engine: Engine) => Promise<unknown>;
  /** Whether it looks at targets. */
  readonly targets: boolean;
}

/** One net for each kind of data, made of sound ones. */
async function withNet<T>(data: Dataset, engine: Engine, call: (net: DenseNet) => Promise<T>): Promise<T> {
  const sound = data.features.kind === 'sparse' ? sparse(problem) : dense(problem);
  const net = await DenseNet.create(sound, { hidden: [6], engine });
  try {
    return await call(net);
  } finally {
    net.dispose();
  }
}

async function learned(made: Promise<Net>): Promise<unknown> {
  const net = await made;
  const bytes = net.save();
  net.dispose();
  return bytes;
}

const layers = [{ radius: 1, stride: 2, globalUnits: 2 }];
const USES: Record<string, Use> = {
  chowLiuTree: { call: (data, engine) => chowLiuTree(data, { engine }), targets: false },
  latentTree: { call: async (data, engine) => (await latentTree(data, { engine })).toJSON(), targets: false },
  topPairs: { call: (data, engine) => topPairs(data, 5, { engine }), targets: false },
  mutualInformation: { call: (data, engine) => mutualInformation(data, 0, 1, { engine }), targets: false },
  targetInformation: { call: (data, engine) => targetInformation(data, { engine }), targets: true },
  splitRows: { call: async (data, engine) => (await splitRows(data, { engine })).train.features, targets: true },
  'Standardizer.learn': { call: async (data) => Standardizer.learn(data).toJSON(), targets: true },
  'DenseNet.create': { call: (data, engine) => learned(DenseNet.create(data, { hidden: [4], engine })), targets: true },
  'TrfNet.grow': {
    call: (data, engine) => learned(TrfNet.grow(data, { layers, pretrain: { epochs: 1 }, engine })),
    targets: true,
  },
  'TseNet.grow': { call: (data, engine) => learned(TseNet.grow(data, { engine })), targets: true },
  fit: {
    call: (data, engine) => withNet(data, engine, async (net) => (await net.fit(data, { epochs: 1 })).history[0]!.loss),
    targets: true,
  },
  predict: { call: (data, engine) => withNet(data, engine, (net) => net.predict(data)), targets: false },
  evaluate: { call: (data, engine) => withNet(data, engine, (net) => net.evaluate(data)), targets: true },
  explain: { call: (data, engine) => withNet(data, engine, (net) => net.explain(data)), targets: false },
  explainRow: {
    call: (data, engine) => withNet(data, engine, (net) => net.explainRow(data, { row: 1 })),
    targets: false,
  },
  importance: {
    call: (data, engine) => withNet(data, engine, (net) => net.importance(data, { repeats: 1, top: 2 })),
    targets: true,
  },
};

/** Refused by name, whatever the words. */
function assertRefused(result: unknown, what: string): void {
  assert.instance(result, RangeError, `${what}: ${String(result)}`);
  assert.match((result as Error).message, /^(features|targets|data|train)\b/, what);
}

for (const [name, { call, targets }] of Object.entries(USES)) {
  test(`${name} of data written to since they were made`, async () => {
    const engine = await createEngine();
    for (const [make, faults] of [
      [sparse, SPARSE],
      [dense, DENSE],
    ] as const) {
      const alone = await call(make(problem), engine);
      for (const [fault, spoil] of Object.entries(faults)) {
        const data = make(problem);
        spoil(data);
        const used = engine.arena.used;
        const result = await call(data, engine).catch((error: unknown) => error);
        if (LABEL_FAULTS.includes(fault) && !targets) assert.equal(result, alone, fault);
        else assertRefused(result, fault);
        assert.is(engine.arena.used, used, fault);
      }
    }
  });

  test(`${name} of data written to while it runs`, async () => {
    const engine = await createEngine();
    for (const [make, faults] of [
      [sparse, SPARSE],
      [dense, DENSE],
    ] as const) {
      const alone = await call(make(problem), engine);
      for (const [fault, spoil] of Object.entries(faults)) {
        for (const pause of [0, 1, 3, 9]) {
          const data = make(problem);
          const clock = new SlowClock();
          let result: unknown;
          try {
            const work = call(data, engine).catch((error: unknown) => error);
            if (pause === 0) spoil(data);
            else void clock.after(pause, () => spoil(data));
            result = await work;
          } finally {
            clock.stop();
          }
          if (result instanceof Error) assertRefused(result, `${fault}, pause ${pause}`);
          else assert.equal(result, alone, `${fault}, pause ${pause}`);
        }
      }
    }
  });
}

const large = switches(3, 3000, 3, 4);
/** Nets of these alone run for long over many rows. */
const LONG = ['fit', 'predict', 'evaluate', 'explain'];

for (const [name, { call }] of Object.entries(USES)) {
  test(`${name} of arrays whose buffers are resized or detached, at once and later`, async () => {
    const engine = await createEngine();
    for (const make of [sparse, dense]) {
      const whole = make(LONG.includes(name) ? large : problem);
      const alone = await call(whole, engine);
      const count = resizable(whole).buffers.length;
      for (const [damage, { shared, spoil }] of Object.entries(BUFFERS)) {
        for (let which = 0; which < count; which++) {
          for (const pause of [-1, 0, 1, 3, 9]) {
            const { data, buffers } = resizable(whole, shared);
            const used = engine.arena.used;
            const clock = new SlowClock();
            const what = `${make.name}, array ${which} ${damage}, pause ${pause}`;
            let result: unknown;
            try {
              if (pause < 0) spoil(buffers[which]!);
              const work = call(data, engine).catch((error: unknown) => error);
              if (pause === 0) spoil(buffers[which]!);
              else if (pause > 0) void clock.after(pause, () => spoil(buffers[which]!));
              result = await work;
            } finally {
              clock.stop();
            }
            if (result instanceof Error) assertRefused(result, what);
            else assert.equal(result, alone, what);
            assert.is(engine.arena.used, used, what);
          }
        }
      }
    }
  });
}

test('images whose buffer is resized or detached', async () => {
  const engine = await createEngine();
  const whole = noiseImages(1, 60, 1, 8, 8);
  const bytes = Dataset.images({
    channels: 1,
    height: 8,
    width: 8,
    values: Uint8Array.from(valuesOf(whole), (x) => 100 + 50 * x),
    labels: Array.from({ length: 60 }, (_, i) => i % 2),
  });
  const calls: Record<string, (net: GaterNet, data: Dataset) => Promise<unknown>> = {
    fit: async (net, data) => (await net.fit(data, { epochs: 1, batchSize: 8 })).history[0]!.loss,
    predict: (net, data) => net.predict(data, { batchSize: 8 }),
    evaluate: (net, data) => net.evaluate(data, { batchSize: 8 }),
    gates: (net, data) => net.gates(data, { batchSize: 8 }),
  };
  const run = async (name: string, data: Dataset) => {
    const net = await GaterNet.create(bytes, { backbone: small, gater: small, engine });
    try {
      return await calls[name]!(net, data);
    } catch (error) {
      return error;
    } finally {
      net.dispose();
    }
  };
  for (const name of Object.keys(calls)) {
    const alone = await run(name, bytes);
    for (const [damage, { shared, spoil }] of Object.entries(BUFFERS)) {
      for (const which of [0, 1]) {
        for (const pause of [3, 9]) {
          const { data, buffers } = resizable(bytes, shared);
          const used = engine.arena.used;
          const clock = new SlowClock();
          let result: unknown;
          try {
            void clock.after(pause, () => spoil(buffers[which]!));
            result = await run(name, data);
          } finally {
            clock.stop();
          }
          const what = `${name}, array ${which} ${damage}, pause ${pause}`;
          if (result instanceof Error) assertRefused(result, what);
          else assert.equal(result, alone, what);
          assert.is(engine.arena.used, used, what);
        }
      }
    }
  }
});

test('what is read at once of arrays that were resized or detached is refused too', () => {
  for (const make of [sparse, dense]) {
    const whole = make(problem);
    const learned = Standardizer.learn(whole);
    const counts = TfIdf.learn(sparse(problem));
    const uses: Record<string, (data: Dataset) => unknown> = {
      subset: (data) => data.subset([0, 89]),
      apply: (data) => learned.apply(data),
      ...(make === sparse ? { tfIdf: (data: Dataset) => counts.apply(data) } : {}),
    };
    for (const [damage, { shared, spoil }] of Object.entries(BUFFERS)) {
      for (let which = 0; which < resizable(whole).buffers.length; which++) {
        for (const [use, call] of Object.entries(uses)) {
          const { data, buffers } = resizable(whole, shared);
          spoil(buffers[which]!);
          let result: unknown;
          try {
            result = call(data);
          } catch (error) {
            result = error;
          }
          assertRefused(result, `${make.name}, ${use}, array ${which} ${damage}`);
        }
      }
    }
  }
});

test('plain objects are looked at anew at each call too, and getters once', async () => {
  const { features } = sparse(problem);
  const tree = await chowLiuTree({ features });
  partsOf({ features } as Dataset).index[3] = 2 ** 30;
  assertRefused(await chowLiuTree({ features }).catch((error: unknown) => error), 'plain');
  const sound = sparse(problem).features as SparseMatrix;
  let looks = 0;
  const wrong = Int32Array.from(sound.index, () => 2 ** 30);
  const sly = {
    ...sound,
    get index() {
      return looks++ === 0 ? sound.index : wrong;
    },
  };
  assert.equal(await chowLiuTree({ features: sly }), tree);
});

test('targets of tasks and values, and images', async () => {
  const engine = await createEngine();
  for (const data of [tasks(problem), values(problem)]) {
    const net = await DenseNet.create(data, { hidden: [4], engine });
    const spoilt = data.targets!.kind === 'tasks' ? 9 : Number.NaN;
    await net.evaluate(data);
    data.targets!.values.fill(spoilt, 3, 4);
    for (const call of [() => net.fit(data, { epochs: 1 }), () => net.evaluate(data)])
      assertRefused(await call().catch((error) => error), data.targets!.kind);
    net.dispose();
  }
  const images = noiseImages(1, 12, 1, 8, 8);
  const net = await GaterNet.create(images, { backbone: small, gater: small, engine });
  valuesOf(images)[70] = Number.NaN;
  for (const call of [() => net.fit(images, { epochs: 1 }), () => net.predict(images), () => net.gates(images)])
    assertRefused(await call().catch((error: unknown) => error), 'images');
  assertRefused(await GaterNet.create(images, { backbone: small, engine }).catch((error) => error), 'images');
  net.dispose();
});

test('a subset of rows that start where they cannot', () => {
  const data = sparse(problem);
  partsOf(data).start[4] = -3;
  assert.throws(() => data.subset([3, 4]), /^features\.start/);
});

test('large numbers whose sums overflow are finite all the same', async () => {
  const data = Dataset.dense(new Float32Array(64 * 2).fill(3e38), {
    columns: 2,
    labels: Array.from({ length: 64 }, (_, i) => i % 2),
  });
  const net = await DenseNet.create(data, { hidden: [2], initialScale: 1e-30 });
  await net.predict(data);
  net.dispose();
});

test('TfIdf looks anew too', () => {
  const data = sparse(problem);
  const before = TfIdf.learn(data).toJSON();
  partsOf(data).index[5] = 77;
  assert.throws(() => TfIdf.learn(data), RangeError);
  assert.equal(TfIdf.learn(sparse(problem)).toJSON(), before);
});

test.run();
