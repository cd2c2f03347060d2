export type { Observations } from './data/checked.js';
export {
  type CanvasImage,
  type ClassTargets,
  Dataset,
  type DatasetOptions,
  type DenseMatrix,
  type ImageMatrix,
  type Matrix,
  type Pixels,
  type RowMatrix,
  type SparseMatrix,
  type Targets,
  type TaskTargets,
  type ValueTargets,
} from './data/dataset.js';
export type { Augmentation } from './data/images/image-batch.js';
export { type SplitOptions, type SplitParts, splitRows } from './data/split.js';
export { Standardizer, TfIdf } from './data/standardise.js';
export type { StreamOptions, StreamSampleOptions } from './data/stream-options.js';
export type { Streamed as DataStream } from './data/streamed.js';
export type { CategoryCodes, NumericValues, Table, TableColumn } from './data/tables/table.js';
export { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from './files/safetensors.js';
export { DenseNet, type DenseNetOptions } from './models/dense/dense-net.js';
export type {
  ExplainOptions,
  Explanation,
  LayerExplanation,
  SkipPathExplanation,
  UnitExplanation,
} from './models/feedforward/explain.js';
export type { FeatureImportance, Importance, ImportanceOptions } from './models/feedforward/explain-importance.js';
export type {
  ExplainRowOptions,
  FeatureContribution,
  RowExplanation,
  UnitContribution,
} from './models/feedforward/explain-row.js';
export type { FeedforwardNet, LayerSummary, SkipPathSummary } from './models/feedforward/feedforward-net.js';
export type { InputTransformName } from './models/feedforward/input.js';
export type { NetOptions } from './models/feedforward/options.js';
export type { Backbone, BackboneLayer, ImageShape, Placement } from './models/gaternet/backbone.js';
export { type GatedEvaluation, type GatedPrediction, GaterNet } from './models/gaternet/gater-net.js';
export type { GaterNetOptions } from './models/gaternet/options.js';
export { loadNet } from './models/load.js';
export type { Net, NetDescription, Prediction, RunOptions, SaveOptions } from './models/net.js';
export type { TargetInfo } from './models/target.js';
export type { GrowSeconds } from './models/trf/grow.js';
export type { GrowProgress, LayerOptions, PretrainOptions, TrfNetOptions } from './models/trf/options.js';
export { type LayerOrigin, TrfNet } from './models/trf/trf-net.js';
export type {
  SkeletonOptions,
  SkipPathOptions,
  TseGrowProgress,
  TseGrowSeconds,
  TseNetOptions,
} from './models/tse/options.js';
export { TseNet } from './models/tse/tse-net.js';
export { createEngine, type Engine, type EngineOptions, setDefaultEngine } from './runtime/engine.js';
export type { EngineBuild } from './runtime/engine-build.js';
export { type Threading, threading } from './runtime/threads/can-thread.js';
export type { WasmSource } from './runtime/wasm-source.js';
export { type ChowLiuOptions, chowLiuTree } from './structure/chow-liu.js';
export {
  type GateBlock,
  type GateBlockReport,
  type GateClasses,
  type GateClassNames,
  GateCounter,
  type GateKind,
  type GateLayout,
  type GateReport,
  gateKind,
  gateReport,
  gatesToCsv,
  type TellingGate,
  tellingGates,
} from './structure/gates.js';
export {
  type InformationOptions,
  type InformationPair,
  mutualInformation,
  targetInformation,
  topPairs,
} from './structure/information.js';
export { assignLatents } from './structure/latent/assignment.js';
export type { ExpandedLayer, ExpandOptions, Expansion } from './structure/latent/expand-options.js';
export { expandTree } from './structure/latent/expansion.js';
export {
  LatentTree,
  type LatentTreeJson,
  type LatentTreeParts,
  type TopicFeature,
} from './structure/latent/latent-tree.js';
export { latentTree } from './structure/latent/learning.js';
export type { LatentTreeOptions, LatentTreeProgress, LatentTreeSeconds } from './structure/latent/options.js';
export type { LatentAssignment } from './structure/latent/posteriors.js';
export { type LatentTopicsJson, latentTreeToJson, type TopicOptions } from './structure/latent/topics-json.js';
export { type ReceptiveFieldOptions, type ReceptiveFields, receptiveFields } from './structure/receptive-fields.js';
export type { SampledReport } from './structure/sampled.js';
export { type Edge, Tree } from './structure/tree.js';
export type { TreeConstraints } from './structure/tree-constraints.js';
export { type TreeJson, treeFromJson, treeToJson } from './structure/tree-json.js';
export type { DiscretiseOptions } from './structure/variables.js';
export type { EpochRecord } from './training/checkpoint.js';
export type { FitResult } from './training/fit.js';
export type { FitOptions, FitProgress } from './training/fit-options.js';
export type { Evaluation } from './training/metrics.js';
export type { AdamOptions, OptimizerOptions, SgdOptions } from './training/optimizer.js';
export { areaUnderRoc } from './training/roc.js';
export type { Schedule } from './training/schedule.js';
