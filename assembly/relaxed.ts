// The kernels of the relaxed build: those of index.ts in which `madd` or `nmadd` of simd.ts stand. An engine takes all others from the strict build, so that structures that
// are learned, random numbers and losses have the same bits in both. test/runtime/relaxed.test.ts holds the list against the code.
export { gemm } from './gemm';
export { spmm, sddmm } from './sparse';
export { adam, sgd } from './optimizer';
export { strip_dots } from './strips';
export { batch_norm_apply, batch_norm_backward, batch_norm_sums, plane_moments } from './norm';
export { winograd_forward, winograd_gradient, winograd_gradient_weights, winograd_weights } from './winograd';
export { conv_forward, conv_gradient_input, conv_gradient_weights } from './conv';
