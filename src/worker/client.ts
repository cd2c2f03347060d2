// The side that has a worker: its functions and what lies in it, as if they were here.
import { iterableToo } from './iterating.js';
import { type CopiedKind, type Kind, STREAMS_STAY } from './kinds.js';
import { Peer } from './peer.js';
import type { Running } from './port.js';
import type { Served } from './serve.js';
import { token } from './wire.js';

type Remote = { readonly id: number };
type Class = abstract new (...given: never[]) => object;
type CallBy = (on: number | undefined, name: string, args: unknown[]) => Promise<unknown>;

/** Loaded when the first of them comes. */
const CLASSES: Record<CopiedKind, () => Promise<unknown>> = {
  GateCounter: async () => (await import('../structure/gates.js')).GateCounter,
  LatentTree: async () => (await import('../structure/latent/latent-tree.js')).LatentTree,
  Standardizer: async () => (await import('../data/standardise.js')).Standardizer,
  TextVectorizer: async () => (await import('../data/documents/vectorizer.js')).TextVectorizer,
  TfIdf: async () => (await import('../data/standardise.js')).TfIdf,
  TopicTree: async () => (await import('../structure/topics/topic-tree.js')).TopicTree,
  Tree: async () => (await import('../structure/tree.js')).Tree,
};

/** What lies in a worker, and what is told of it. */
abstract class RemoteValue {
  constructor(facts: object) {
    Object.assign(this, facts);
  }
}

/** Starts the service in a worker that runs, and makes its functions. */
export async function connected(worker: Running, options: object): Promise<object> {
  /** Datasets of this side whose arrays lie in the worker now, and what stands for others here. */
  const remotes = new WeakMap<object, Remote>();
  /** Those of them whose arrays are about to leave. */
  let leaving: object[] = [];
  const made = new Map<string, new (facts: object) => RemoteValue>();
  const unused: FinalizationRegistry<number> = new FinalizationRegistry((id) => peer.release(id));

  const peer: Peer = new Peer(
    worker,
    {
      movesArguments: true,
      answer() {},
      stays(value, kind, packer) {
        const known = remotes.get(value);
        if (known) return token('stays', known);
        const refused = refusal(value, kind);
        if (refused) throw new TypeError(refused);
        // A table is read here too, drawn for one: it is copied, but once.
        const parts = kind === 'Dataset' ? packer.entries(value) : kind === 'Table' && packer.copies(value);
        if (!parts) return undefined;
        leaving.push(value);
        return token('dataset', { ...remember(value, peer.newId()), parts });
      },
      stayed({ id, kind, parts }) {
        const value = new (made.get(kind!)!)(parts as object);
        remember(value, id!);
        return value;
      },
      dataset() {},
      sent(hasLeft) {
        if (!hasLeft) for (const value of leaving) remotes.delete(value);
        leaving = [];
      },
      classOf: (kind) => CLASSES[kind]() as Promise<Class>,
    },
    1,
  );
  worker.ended((why) => peer.close(new Error(why)));

  function remember(value: object, id: number): Remote {
    const remote = { id };
    remotes.set(value, remote);
    unused.register(value, id);
    return remote;
  }

  const call: CallBy = (on, name, args) => peer.call(on, name, args);
  const method = (on: object, name: string, args: unknown[]) => call(remotes.get(on)?.id, name, args);

  try {
    const { functions, statics, methods, working, build } = (await call(undefined, 'start', [options])) as Served;
    for (const [name, names] of Object.entries(methods)) made.set(name, remoteClass(name, names, method));
    const of =
      (name: string) =>
      (...args: unknown[]) =>
        iterableToo(call(undefined, name, args));
    const all = (names: readonly string[], prefix = '') =>
      Object.fromEntries(names.map((name) => [name, of(prefix + name)]));
    const classes = Object.entries(statics).map(([name, names]) => [name, all(names, `${name}.`)]);
    return { ...all(functions), ...Object.fromEntries(classes), working, build, terminate };
  } catch (error) {
    terminate();
    throw error;
  }

  function terminate(): void {
    peer.close(new Error('the worker was terminated'));
    worker.end();
  }
}

/** Why this may not go to a worker. */
function refusal(value: object, kind: Kind | undefined): string | undefined {
  if (kind === 'Engine') return 'engine: expected none, as a worker has its own, made by the options of createWorker';
  if (kind === 'Net')
    return 'arguments: expected a net of this worker, got one of this side; its loadNet(net.save()) makes one there';
  if (kind === 'DataStream') return STREAMS_STAY;
  if (value instanceof RemoteValue) return 'arguments: expected what lies in this worker, got what lies in another one';
  return undefined;
}

/** A class of what stands for values of another one. */
function remoteClass(
  name: string,
  methods: readonly string[],
  call: (on: object, name: string, args: unknown[]) => Promise<unknown>,
): new (
  facts: object,
) => RemoteValue {
  const made = class extends RemoteValue {};
  Object.defineProperty(made, 'name', { value: `Remote${name}` });
  for (const method of [...methods, 'dispose'])
    Object.defineProperty(made.prototype, method, {
      value(this: object, ...args: unknown[]) {
        return iterableToo(call(this, method, args));
      },
      configurable: true,
      writable: true,
    });
  Object.defineProperty(made.prototype, 'local', {
    value(this: object) {
      return LOCAL[name === 'Dataset' ? 'Dataset' : 'Net']((method, ...args) => call(this, method, args));
    },
    configurable: true,
    writable: true,
  });
  return made;
}

type Ask = (method: string, ...args: unknown[]) => Promise<unknown>;

/** Copies on this side. */
const LOCAL = {
  async Dataset(ask: Ask): Promise<object> {
    const [{ Dataset }, parts] = await Promise.all([import('../data/dataset.js'), ask('local')]);
    const { features, targets, featureNames, schema, vectorizer } = parts as InstanceType<typeof Dataset>;
    return new Dataset(features, targets, featureNames, schema, vectorizer);
  },
  async Net(ask: Ask): Promise<object> {
    const [{ loadNet }, bytes] = await Promise.all([import('../models/load.js'), ask('saveAsync')]);
    return loadNet(bytes as Uint8Array);
  },
};
