// What the benchmark has done: each operation with what it is given and what must come of it, and who can do it.
import type { SparseMatrix } from '../../data/dataset.js';
import type { Connections } from '../../layers/connections.js';

/** C = A·B, row-major. Result: C, [m][n]. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** A square convolution of images [sample][channel][row][column]. Results: y, dX, dW [filter][channel][row][column]. */
export interface Convolution {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Sides of the images, and of what comes out. */
  readonly size: number;
  readonly out: number;
  readonly x: Float32Array;
  readonly weight: Float32Array;
  /** Gradient of y. */
  readonly dy: Float32Array;
}

/** A layer of so many connections, weight [connection]. x [row][input], dy [row][unit]. Results: y, dX, dW [connection]. */
export interface SparseLayer extends Connections {
  readonly batch: number;
  readonly weight: Float32Array;
  readonly x: Float32Array;
  readonly dy: Float32Array;
}

/** One layer of a net: weight [unit][input], or [connection]; bias [unit]. */
export interface NetLayer {
  readonly inputs: number;
  readonly units: number;
  readonly connections?: Connections;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** ReLU layers, the last linear. x [row][input]; a row's label is its class. */
export interface FeedforwardTask {
  readonly layers: readonly NetLayer[];
  readonly rows: number;
  readonly x: Float32Array;
  readonly labels: Int32Array;
  readonly batch: number;
  /** Of plain gradient descent on the mean cross-entropy of a batch. */
  readonly rate: number;
}

/** One convolution of a net with batch normalisation (ε 1e-5) after it; `input` and `shortcut` are places in the list, -1 the images. */
export interface ConvNode {
  readonly input: number;
  readonly shortcut?: number;
  readonly relu: boolean;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Sides of what goes in and comes out. */
  readonly size: number;
  readonly out: number;
  readonly weight: Float32Array;
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

/** Images [sample][channel][row][column] through convolutions, the mean over each plane, and a linear layer [class][feature]. */
export interface ConvNetTask {
  readonly images: Float32Array;
  /** What `images` were made of: (pixel / 255 - 0.5) / 0.25. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
  readonly batch: number;
  readonly channels: number;
  readonly size: number;
  readonly classes: number;
  readonly nodes: readonly ConvNode[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** What may be timed. Rows are binary: a stored entry is a one. */
export interface Givens {
  product: Product;
  'conv forward': Convolution;
  'conv dX': Convolution;
  'conv dW': Convolution;
  'sparse forward': SparseLayer;
  'sparse dX': SparseLayer;
  'sparse dW': SparseLayer;
  /** Result: in how many rows both of each pair a < b are one, in order. */
  'pair counts': SparseMatrix;
  /** Result: mutual information in nats of each pair a < b, in order. */
  information: SparseMatrix;
  /** Result: total information of the Chow-Liu tree, nats. */
  tree: SparseMatrix;
  /** Result: logits [row][class]. */
  'net inference': FeedforwardTask;
  /** Every batch in order. Result: weight of the first layer. */
  'net epoch': FeedforwardTask;
  /** Running statistics are mean 0, variance 1. Result: logits [image][class]. */
  'images inference': ConvNetTask;
  /** Loss and gradients, by the batch's own statistics. Result: mean loss, then the gradient of the first convolution's weights. */
  'images step': ConvNetTask;
}

export type Operation = keyof Givens;

/** Somebody's way to do one operation, set up. */
export interface Lane {
  /** Once. What does not return at once is awaited; who has a clock of its own returns the milliseconds by it. */
  run(): unknown;
  /** Of the last run. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
  dispose?(): void;
}

/** What an operation is set up by; undefined where it cannot be done with this. */
export type Operations = {
  readonly [K in Operation]?: (given: Givens[K]) => Lane | undefined | Promise<Lane | undefined>;
};

/** Somebody who can do some of it. */
export interface Peer {
  /** With the version. */
  readonly name: string;
  readonly does: Operations;
  /** Where it answers with milliseconds of its own. */
  readonly ownClock?: boolean;
  dispose?(): void;
}

/** Finds what the user has installed. */
export interface Modules {
  /** Undefined where it is absent. */
  version(name: string): string | undefined;
  load(name: string): unknown;
  /** Where a program is that can start `name`, a program or a module of Python's; undefined where there is none, or nothing can be started. */
  program?(name: Native): string | undefined;
}

/** What is no package of npm. */
export type Native = 'torch' | 'scipy' | 'plink1.9';
