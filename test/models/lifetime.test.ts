// Every call that awaits, with every other call started while it runs: each gives what it gives alone, or is refused by name. The pairs come from two tables.
import { createEngine, type Dataset, DenseNet, type Engine, GaterNet, type Net, TrfNet, TseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { classesOf, stripes } from '../support/gated-images.js';
import { dense, sparse, switches } from '../support/problems.js';
import { SlowClock } from '../support/slow-clock.js';

type AnyNet = DenseNet | TrfNet | TseNet | GaterNet;

interface Kind {
  readonly make: (engine: Engine) => Promise<AnyNet>;
  readonly data: Dataset;
}

const problem = switches(3, 96, 3, 4);
const pictures = classesOf(stripes(5, 48));
const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const fitting = { epochs: 2, batchSize: 16, learningRate: 0.01 } as const;

const KINDS: Record<string, Kind> = {
  DenseNet: {
    data: sparse(problem),
    make: (engine) => DenseNet.create(sparse(problem), { hidden: [12, 6], engine }),
  },
  TrfNet: {
    data: dense(problem),
    make: (engine) =>
      TrfNet.grow(dense(problem), {
        layers: [{ radius: 1, stride: 2, globalUnits: 3 }],
        pretrain: { epochs: 1 },
        engine,
      }),
  },
  TseNet: { data: sparse(problem), make: (engine) => TseNet.grow(sparse(problem), { engine }) },
  GaterNet: {
    data: pictures,
    make: (engine) => GaterNet.create(pictures, { backbone: small, gater: small, engine }),
  },
};

type Call = (net: AnyNet, data: Dataset) => Promise<unknown>;

/** Calls by name; each gives something that can be compared bit by bit. */
const CALLS: Record<string, Call> = {
  fit: async (net, data) => {
    const { history, stoppedBy } = await net.fit(data, { ...fitting, validation: data });
    return [stoppedBy, history.map(({ loss, validation }) => [loss, validation])];
  },
  predict: (net, data) => net.predict(data, { batchSize: 16 }),
  evaluate: (net, data) => net.evaluate(data, { batchSize: 16 }),
  save: async (net) => net.save(),
  describe: async (net) => net.describe(),
};

const ONLY: Record<string, Record<string, Call>> = {
  rows: {
    explain: (net, data) => (net as DenseNet).explain(data),
    explainRow: (net, data) => (net as DenseNet).explainRow(data),
    importance: (net, data) => (net as DenseNet).importance(data, { repeats: 1, top: 3 }),
  },
  images: {
    gates: (net, data) => (net as GaterNet).gates(data, { batchSize: 16 }),
    gateBatches: async (net, data) => {
      const all = [];
      for await (const batch of (net as GaterNet).gateBatches(data, { batchSize: 16 })) all.push(batch);
      return all;
    },
    costOf: async (net) => (net as GaterNet).costOf(new Float32Array((net as GaterNet).network.gates).fill(1)),
  },
};

const callsOf = (kind: string) => ({ ...CALLS, ...ONLY[kind === 'GaterNet' ? 'images' : 'rows'] });
const REFUSALS = /^(fit|dispose|gateBatches): (the net is (being trained|at work)|gateBatches is under way)/;

for (const [kind, { make, data }] of Object.entries(KINDS)) {
  const calls = callsOf(kind);
  const others: Record<string, Call> = { ...calls, dispose: async (net: AnyNet) => net.dispose() };

  const known = new Map<string, unknown>();

  for (const [longName, long] of Object.entries(calls)) {
    test(`${kind}: other calls while ${longName} runs`, async () => {
      const engine = await createEngine();
      const fresh = await make(engine);
      const bytes = fresh.save();
      fresh.dispose();
      const load = () =>
        (fresh.constructor as typeof DenseNet).load(bytes, { engine }) as Promise<Net> as Promise<AnyNet>;
      const alone = async (name: string, call: Call) => {
        if (!known.has(name)) known.set(name, await resultOf(load, data, call));
        return known.get(name);
      };
      const wanted = await alone(longName, long);
      const before = engine.arena.used;
      for (const [name, other] of Object.entries(others)) {
        const net = await load();
        // Every batch is a yield, so that the two calls take turns.
        const clock = new SlowClock();
        let [first, second]: [unknown, unknown] = [undefined, undefined];
        try {
          [first, second] = await Promise.all([
            settled(long(net, data)),
            clock.after(3, () => settled(other(net, data))),
          ]);
        } finally {
          clock.stop();
        }
        same(first, wanted, `${longName} beside ${name}`);
        if (name !== 'dispose' && !isRefusal(second)) {
          if (longName !== 'fit') same(second, await alone(name, other), `${name} beside ${longName}`);
        }
        if (name === 'dispose' && !isRefusal(second)) await refusesAll(net, data, calls);
        else net.dispose();
        assert.is(engine.arena.used, before, `${longName} beside ${name}`);
      }
    });
  }

  test(`${kind}: every method refuses after dispose`, async () => {
    const net = await make(await createEngine());
    net.dispose();
    net.dispose();
    await refusesAll(net, data, calls);
  });
}

test('predict during fit sees the weights of one moment, and fit waits for it', async () => {
  const engine = await createEngine();
  const data = sparse(problem);
  const net = await DenseNet.create(data, { hidden: [12, 6], engine });
  const seen: Promise<boolean>[] = [];
  const clock = new SlowClock();
  try {
    await net.fit(data, {
      ...fitting,
      onProgress: () => {
        const moment = net.save();
        seen.push(
          net.predict(data, { batchSize: 8 }).then(async ({ outputs }) => {
            const copy = await DenseNet.load(moment, { engine });
            const wanted = (await copy.predict(data, { batchSize: 8 })).outputs;
            copy.dispose();
            return Buffer.from(outputs.buffer).equals(Buffer.from(wanted.buffer));
          }),
        );
      },
    });
  } finally {
    clock.stop();
  }
  assert.equal(
    await Promise.all(seen),
    seen.map(() => true),
  );
  assert.is(seen.length, 12);
  net.dispose();
});

test('fit does not start inside a loop over gateBatches, nor the loop inside fit; dispose waits for its end', async () => {
  const net = (await KINDS.GaterNet!.make(await createEngine())) as GaterNet;
  const loop = net.gateBatches(pictures, { batchSize: 16 });
  await loop.next();
  assert.match(String(await settled(net.fit(pictures, fitting))), /^Error: fit: gateBatches is under way/);
  assert.throws(() => net.dispose(), /^dispose: the net is at work/);
  await loop.return(undefined);
  const fit = net.fit(pictures, fitting);
  const inside = net.gateBatches(pictures);
  assert.match(String(await settled(inside.next())), /^Error: gateBatches: the net is being trained/);
  await fit;
  net.dispose();
});

async function resultOf(load: () => Promise<AnyNet>, data: Dataset, call: Call): Promise<unknown> {
  const net = await load();
  const result = await call(net, data);
  net.dispose();
  return result;
}

/** The result, or the error. */
function settled(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error) => error);
}

function isRefusal(result: unknown): boolean {
  if (!(result instanceof Error)) return false;
  assert.match(result.message, REFUSALS);
  return true;
}

function same(found: unknown, wanted: unknown, message: string): void {
  if (found instanceof Error) throw found;
  assert.equal(found, wanted, message);
}

async function refusesAll(net: AnyNet, data: Dataset, calls: Record<string, Call>): Promise<void> {
  for (const [name, call] of Object.entries(calls))
    assert.match(
      String(await settled(Promise.resolve().then(() => call(net, data)))),
      /this net was disposed of/,
      name,
    );
}

test.run();
