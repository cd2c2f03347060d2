import type { Connections } from '../../layers/connections.js';
import type { Tree } from '../../structure/tree.js';

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
