// Inside the worker: the package as its page calls it.
import { Dataset } from '../data/dataset.js';
import { Net } from '../models/net.js';
import { createEngine, type EngineOptions, setDefaultEngine } from '../runtime/engine.js';
import type { EngineBuild } from '../runtime/engine-build.js';
import { kindOf, STREAMS_STAY } from './kinds.js';
import { Peer } from './peer.js';
import { ownPort } from './port.js';
import { token } from './wire.js';

/** What a page is told when its worker has started. */
export interface Served {
  /** Functions of the package. */
  readonly functions: readonly string[];
  /** Static methods, by class. */
  readonly statics: Readonly<Record<string, readonly string[]>>;
  /** Methods of what stays in the worker, by class. */
  readonly methods: Readonly<Record<string, readonly string[]>>;
  readonly working: { readonly threads: number; readonly reasons: readonly string[] };
  readonly build: EngineBuild;
}

type AnyFunction = (...given: unknown[]) => unknown;
type AnyClass = { readonly prototype: object };

/** What a net tells of itself, as far as its method has it. */
const NET_FACTS = [
  ...['method', 'seed', 'weights', 'target', 'vectorizer', 'featureNames', 'growSeconds'],
  ...['layers', 'skipPaths', 'origin', 'density', 'gateLayout', 'multiplyAdds'],
];
const DATA_FACTS = ['rows', 'columns', 'featureNames', 'schema', 'vectorizer'];

/** Answers the calls of the side that started this worker. `api`: the functions and classes of the package. */
export function serve(api: Readonly<Record<string, unknown>>): void {
  const held = new Map<number, object>();
  const numbers = new WeakMap<object, number>();
  const classes = Object.entries(api).filter((entry): entry is [string, AnyClass] => isClass(entry[1]));
  const kept = classes.filter(([, { prototype }]) => prototype instanceof Net || prototype === Dataset.prototype);
  const peer: Peer = new Peer(
    ownPort(),
    {
      movesArguments: false,
      answer: (on, name, args) => (on === undefined ? call(name, args) : method(held.get(on), name, args)),
      stays(value) {
        if (kindOf(value) === 'DataStream') throw new TypeError(STREAMS_STAY);
        if (!(value instanceof Net || value instanceof Dataset)) return undefined;
        const known = numbers.get(value);
        const id = known ?? keep(value, peer.newId());
        const kind = kept.find(([, { prototype }]) => Object.getPrototypeOf(value) === prototype)![0];
        return token('stays', { id, kind, parts: factsOf(value) });
      },
      stayed: ({ id }) => {
        const object = held.get(id!);
        if (!object) throw new Error('this was disposed of');
        return object;
      },
      dataset({ id }, parts) {
        const { features, targets, featureNames, schema, vectorizer } = parts as unknown as Dataset;
        const isTable = kindOf(parts) === 'Table';
        const data = isTable ? parts : new Dataset(features, targets, featureNames, schema, vectorizer);
        keep(data, id!);
        return data;
      },
      classOf: async (kind) => api[kind] as never,
      released: (id) => drop(id),
    },
    -1,
  );

  function keep(value: object, id: number): number {
    held.set(id, value);
    numbers.set(value, id);
    return id;
  }

  function drop(id: number): void {
    const value = held.get(id);
    if (!value) return;
    if (value instanceof Net) {
      try {
        value.dispose();
      } catch {
        // At work still, and nobody here waits for it: the engine has its memory back with the worker.
        return;
      }
    }
    held.delete(id);
    numbers.delete(value);
  }

  async function call(name: string, args: unknown[]): Promise<unknown> {
    if (name === 'start') return start(args[0] as EngineOptions);
    const [first, second] = name.split('.') as [string, string | undefined];
    const made = api[first] as Record<string, AnyFunction> & AnyFunction;
    return second === undefined ? made(...args) : made[second]!(...args);
  }

  async function method(on: object | undefined, name: string, args: unknown[]): Promise<unknown> {
    if (!on) throw new Error(name === 'dispose' ? 'this was disposed of before' : 'this was disposed of');
    if (name === 'dispose') {
      if (on instanceof Net) on.dispose();
      return drop(numbers.get(on)!);
    }
    if (name === 'local' && on instanceof Dataset) return { ...on };
    return (on as Record<string, AnyFunction>)[name]!(...args);
  }

  async function start(options: EngineOptions): Promise<Served> {
    const engine = await createEngine(options);
    setDefaultEngine(engine);
    const { working, build } = engine;
    const names = Object.keys(api);
    return {
      functions: names.filter((name) => typeof api[name] === 'function' && !isClass(api[name])),
      statics: Object.fromEntries(classes.map(([name, made]) => [name, methodsOf(made, Function.prototype)])),
      methods: Object.fromEntries(kept.map(([name, { prototype }]) => [name, methodsOf(prototype, Object.prototype)])),
      working,
      build,
    };
  }
}

/** Of a class the prototype cannot be replaced, of a function it can, if there is one. */
function isClass(value: unknown): value is AnyClass {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** Names of its own and inherited methods, below `end`. */
function methodsOf(object: object, end: object): string[] {
  const names = new Set<string>();
  for (let at = object; at && at !== end; at = Object.getPrototypeOf(at))
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
  return [...names];
}

function factsOf(value: object): object {
  const has = (name: string) => name in value && (value as Record<string, unknown>)[name] !== undefined;
  const facts = (names: string[]) =>
    Object.fromEntries(names.filter(has).map((name) => [name, (value as Record<string, unknown>)[name]]));
  if (!(value instanceof Dataset)) return facts(NET_FACTS);
  return { ...facts(DATA_FACTS), features: told(value.features), targets: value.targets && told(value.targets) };
}

/** Without its arrays. */
function told(parts: object): object {
  const isNumbers = (entry: unknown) =>
    ArrayBuffer.isView(entry) || (Array.isArray(entry) && typeof entry[0] === 'number');
  return Object.fromEntries(Object.entries(parts).filter(([, entry]) => !isNumbers(entry)));
}
