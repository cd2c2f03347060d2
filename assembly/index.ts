export { gemm, gemm_pack_a, gemm_pack_b } from './gemm';
export { read_ahead, sddmm, spmm } from './sparse';
export { columns_add_to_tiles, compress_columns, sparse_rows_backward, sparse_rows_forward } from './rows';
export { relu, relu_backward, rows_to_tile, tile_fill, tile_signs, tile_sums, tile_to_rows } from './tiles';
export { dropout, random_bits, random_normal, random_permutation, random_uniform } from './random';
export { sigmoid, sigmoid_cross_entropy, softmax, softmax_cross_entropy, squared_error } from './loss';
export { adam, sgd, all_finite } from './optimizer';
export {
  column_rows,
  column_starts,
  count_table,
  index_counts,
  information_binary,
  information_joint,
  information_states,
  joint_counts,
  pair_counts_bits,
  pair_counts_rows,
  sum_k_log_k,
} from './information';
export { bits_slices, pair_counts_block } from './pairs';
export {
  prim_advance, prim_keep, prim_leave, prim_list, prim_list_counted, prim_near, prim_nearest, prim_pack, prim_promising, prim_start, prim_step,
} from './prim';
export { pairs_merge, pairs_of_rows, pairs_row, pairs_turn, pairs_turned_sizes, pairs_unsound, prim_list_coded } from './counts';
export { collect_active, merge_strips, scatter_active, strip_columns_backward, strip_dots, strip_rows_forward } from './strips';
export { accumulate, batch_norm_apply, batch_norm_backward, batch_norm_sums, plane_moments } from './norm';
export { gate_backward, gate_decide, gate_forward } from './gate';
export {
  average_pool_backward,
  average_pool_forward,
  global_average_backward,
  global_average_forward,
  max_pool_backward,
  max_pool_forward,
} from './pool';
export {
  winograd_forward,
  winograd_forward_bytes,
  winograd_gradient,
  winograd_gradient_blocks,
  winograd_gradient_bytes,
  winograd_gradient_weights,
  winograd_weights,
} from './winograd';
export { conv_bytes, conv_forward, conv_gradient_input, conv_gradient_weights, conv_weights } from './conv';
export {
  find_partner,
  group_ones,
  group_rows,
  group_split,
  group_states,
  island_gain,
  joint_table,
  latent_class_em,
  latent_fit,
  latent_pair_em,
  list_bits,
  most_of,
} from './latent';
export { latent_narrow, latent_posteriors, likelier_states, sum_columns, sum_listed } from './posterior';
export {
  add_wide,
  choose_inputs,
  column_sums,
  condition_margins,
  conditional_information,
  copy_columns,
  gather_column,
  mirror_lower,
  soft_sums,
  take_columns,
} from './expansion';
