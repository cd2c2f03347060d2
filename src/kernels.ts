// 'espalier/kernels': the kernels of the nets and of the structures, for others who build on them.
export { allocate, type Block } from './kernels/block.js';
export type { Floats } from './kernels/call.js';
export {
  type Conv2dGradientOptions,
  type Conv2dOptions,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  type GatedConv2dOptions,
  gatedConv2d,
  type PackedFilters,
  type PackFiltersOptions,
  packFilters,
} from './kernels/conv2d.js';
export { type MatmulOptions, matmul } from './kernels/matmul.js';
export {
  type BitColumns,
  type OneRows,
  type PairCountsOptions,
  type PairInformationOptions,
  pairCounts,
  pairInformation,
  type StateRows,
} from './kernels/pairs.js';
export { maximumSpanningTree, type SpanningEdge, type SpanningTreeOptions } from './kernels/spanning-tree.js';
export {
  type SparseLinearGradientsOptions,
  type SparseLinearOptions,
  sparseLinear,
  sparseLinearGradients,
} from './kernels/sparse-linear.js';
