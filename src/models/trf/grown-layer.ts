import type { Connections } from '../../layers/connections.js';
import type { Tree } from '../../structure/tree.js';

/** How one hidden layer is grown. */
export interface LayerOptions {
  /** A unit sees the features within this many hops of its centre on the tree. */
  radius: number;
  /** Centres lie this many hops apart. */
  stride: number;
  /** Fully connected units beside them. Default 0. */
  globalUnits?: number;
}

/** A layer's structure and pre-trained parameters. */
export interface GrownLayer {
  radius: number;
  stride: number;
  globalUnits: number;
  tree: Tree;
  centres: Int32Array;
  connections: Connections;
  /** In the order of the layer's block. */
  parameters: Float32Array;
}
