export { createEngine, type Engine, type EngineOptions, type WasmSource } from './runtime/engine.js';
export { type ChowLiuOptions, chowLiuTree, type TreeConstraints } from './structure/chow-liu.js';
export {
  type InformationOptions,
  type InformationPair,
  mutualInformation,
  targetInformation,
  topPairs,
} from './structure/information.js';
export { type ReceptiveFieldOptions, type ReceptiveFields, receptiveFields } from './structure/receptive-fields.js';
export { type Edge, Tree } from './structure/tree.js';
export type { DiscretiseOptions } from './structure/variables.js';
