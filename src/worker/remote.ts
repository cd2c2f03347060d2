import type { WebAbortSignal } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import type { TextVectorizer } from '../data/documents/vectorizer.js';
import type { Matrix } from '../data/matrix.js';
import type { Standardizer, TfIdf } from '../data/standardise.js';
import type { Targets } from '../data/targets.js';
import type { Net } from '../models/net.js';
import type { Engine } from '../runtime/engine.js';
import type { GateCounter } from '../structure/gates.js';
import type { LatentTree } from '../structure/latent/latent-tree.js';
import type { TopicTree } from '../structure/topics/topic-tree.js';
import type { Tree } from '../structure/tree.js';

/** What is the same on both sides of a wire. */
type Same =
  | Tree
  | LatentTree
  | TopicTree
  | TextVectorizer
  | Standardizer
  | TfIdf
  | GateCounter
  | ArrayBufferView
  | ArrayBuffer
  | Date
  | Error
  | WebAbortSignal
  | RegExp
  | Map<unknown, unknown>
  | Set<unknown>;

type Lists = readonly number[] | ArrayBufferView;
/** Without its arrays and long lists. */
type Told<T> = T extends object ? { readonly [K in keyof T as T[K] extends Lists ? never : K]: T[K] } : T;

/** Rows that lie in the worker. Where a function takes a Dataset, this may be given. */
export interface RemoteDataset extends RemoteObject {
  readonly rows: number;
  readonly columns: number;
  readonly featureNames: Dataset['featureNames'];
  readonly schema: Dataset['schema'];
  readonly vectorizer: Dataset['vectorizer'];
  /** Of what kind and size they are, without the numbers. */
  readonly features: Told<Matrix>;
  readonly targets: Told<Targets> | undefined;
  subset(rows: ArrayLike<number>): Promise<RemoteDataset>;
  withTargets(targets: Targets | undefined): Promise<RemoteDataset>;
  /** A copy on this side. */
  local(): Promise<Dataset>;
}

/** A net that lies in the worker: what it tells of itself is here, what it does is done there. */
export type RemoteNet<N extends Net> = RemoteObject & {
  readonly [K in Exclude<keyof N, 'engine' | 'network' | 'state'> as N[K] extends AnyFunction ? never : K]: N[K];
} & {
  readonly [K in keyof N as N[K] extends AnyFunction ? Exclude<K, symbol> : never]: Call<N[K]>;
} & {
  /** A net of the same weights on this side. */
  local(): Promise<N>;
};

/** Something that lies in a worker. */
export interface RemoteObject {
  /** Frees its memory there, as happens also some time after nobody here has it any more. Error while a call of it is under way. */
  dispose(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: of whatever arguments
type AnyFunction = (...given: any[]) => unknown;

/** A function or method of the package, as it is called from the other side: what it gives is waited for. */
export type Call<F> = F extends (...given: infer A) => infer R
  ? R extends AsyncGenerator<infer T>
    ? (...given: Sent<A>) => Promise<AsyncIterable<Came<T>>> & AsyncIterable<Came<T>>
    : (...given: Sent<A>) => Promise<Came<Awaited<R>>>
  : never;

/** A class of the package: its static methods. */
export type RemoteClass<C> = { readonly [K in keyof C as C[K] extends AnyFunction ? K : never]: Call<C[K]> };

/** Functions of the package, and its classes. */
export type RemoteModule<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction
    ? K
    : M[K] extends { prototype: object }
      ? K
      : never]: M[K] extends AnyFunction ? Call<M[K]> : RemoteClass<M[K]>;
};

/** What may be given where this is asked for. An engine stays on its side. */
export type Sent<T> = T extends Same | AnyFunction
  ? T
  : T extends { readonly features: Matrix }
    ? T | RemoteDataset
    : T extends Engine
      ? never
      : T extends object
        ? { [K in keyof T]: Sent<T[K]> }
        : T;

/** What comes where this is given. */
export type Came<T> = T extends Same
  ? T
  : T extends Dataset
    ? RemoteDataset
    : T extends Net
      ? RemoteNet<T>
      : T extends AnyFunction
        ? Call<T>
        : T extends object
          ? { [K in keyof T]: Came<T[K]> }
          : T;
