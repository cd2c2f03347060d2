// Everything a worker offers, called with arguments that it takes: the result is what the same call gives on this side, bit for bit.
import { deepStrictEqual } from 'node:assert';
import { createEngine, Dataset, type DenseNet, type Engine, loadNet } from 'espalier';
import { createWorker, type EspalierWorker } from 'espalier/worker';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { METHODS } from '#dist/models/registry.js';
import { takenCalls } from '../support/odd-calls.js';
import { publicCalls } from '../support/public-api.js';

const worker: EspalierWorker = await createWorker({ threads: 2 });
const engine: Engine = await createEngine({ threads: 1 });
const taken = await takenCalls(engine);
const offered = worker as unknown as Record<string, unknown>;
const calls = suite('calls of a worker');
calls.after(() => worker.terminate());

type AnyFunction = (...given: unknown[]) => unknown;

/** Not of a worker: kernels on blocks of memory of this side, engines, counts of parts, and what answers at once with what it was given. */
const ELSEWHERE =
  /^(countData|mergeCounts|(save|load)(Counts|Survey)|survey(Data|Texts)|mergeSurveys|createEngine|setDefaultEngine|Dataset\.stream|createWorker|allocate|conv2d\w*|gatedConv2d|packFilters|matmul|pair\w+|sparseLinear\w*|maximumSpanningTree|Block|PackedFilters)/;
/** Seconds and what else is of the moment. */
const MOMENTARY = /^(seconds|growSeconds|rowsPerSecond)$/;

let compared = 0;
for (const { name, call } of publicCalls()) {
  const given = taken[name];
  if (!given || given.internal || name.startsWith('new ') || ELSEWHERE.test(name)) continue;
  const [owner, method] = name.split(/[.#]/) as [string, string | undefined];
  const instance = name.includes('#') ? given.on!() : undefined;
  // Of copies that cross the methods are those of this side.
  if (instance && !('life' in instance)) continue;
  // What else an engine has in use counts.
  if (name === 'Net#dispose' || name === 'Net#memory') continue;
  calls(name, async () => {
    compared++;
    let remote: AnyFunction;
    let here: object | undefined;
    if (instance === undefined) {
      const place = method ? (offered[owner] as Record<string, AnyFunction>) : offered;
      remote = place[method ?? owner] as AnyFunction;
      assert.type(remote, 'function');
    } else {
      const bytes = (instance as unknown as DenseNet).save();
      here = await loadNet(bytes.slice(), { engine });
      const there = (await worker.loadNet(bytes)) as unknown as Record<string, AnyFunction>;
      remote = (...args) => there[method!]!(...args);
    }
    const expected = await outcome(() => call(withoutEngine(given.args()) as unknown[], here));
    const found = await outcome(() => remote(...(withoutEngine(given.args(), true) as unknown[])));
    deepStrictEqual(found, expected);
  });
}

calls('all of them were compared', () => {
  assert.ok(compared > 90, `${compared} calls`);
});

calls('a class of nets for each method, and of each all that a net can do', () => {
  const classes = ['TrfNet', 'TseNet', 'GaterNet', 'DenseNet'].map((name) => offered[name] as Record<string, unknown>);
  assert.is(classes.length, METHODS.length);
  for (const made of classes) assert.ok('load' in made && ('grow' in made || 'create' in made));
});

calls.run();

function copied(data: Dataset): Dataset {
  const { features, targets, featureNames, schema, vectorizer } = structuredClone({ ...data }) as Dataset;
  return new Dataset(features, targets, featureNames, schema, vectorizer);
}

/** What a call gives, taken apart; or the error. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await plain(await call());
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

/** Numbers, texts and lists of what it is made of. */
async function plain(value: unknown): Promise<unknown> {
  if (typeof value === 'function') return plain(await value());
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if ('saveAsync' in value) return plain(await (value as DenseNet).saveAsync());
  if ('local' in value) return plain(await (value as { local(): unknown }).local());
  if (Symbol.asyncIterator in value) {
    const list: unknown[] = [];
    for await (const entry of value as AsyncIterable<unknown>) list.push(await plain(entry));
    return list;
  }
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (Symbol.iterator in value) return Promise.all(Array.from(value as Iterable<unknown>, plain));
  const entries = Object.entries(value).filter(([name, entry]) => !MOMENTARY.test(name) && entry !== undefined);
  return Object.fromEntries(await Promise.all(entries.map(async ([name, entry]) => [name, await plain(entry)])));
}

/** The engine stays on its side. Arrays that are handed over are copied first, as others use them too. */
function withoutEngine(value: unknown, copies = false): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return copies ? structuredClone(value) : value;
  if (value instanceof Dataset) return copies ? copied(value) : value;
  if (Array.isArray(value)) return value.map((entry) => withoutEngine(entry, copies));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'engine');
  return Object.fromEntries(entries.map(([name, entry]) => [name, withoutEngine(entry, copies)]));
}
