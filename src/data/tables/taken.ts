/** What a reader decided. Plain JSON. */
export interface Taken {
  readonly format: 'csv' | 'sparse' | 'svmlight' | 'idx' | 'images' | 'records';
  readonly rows: number;
  /** Of texts: what stands between cells; ' ' for runs of blanks. */
  readonly delimiter?: string;
  readonly decimal?: '.' | ',';
  readonly header?: boolean;
  /** Of svmlight: whether indices count from 0. */
  readonly zeroBased?: boolean;
  /** Columns of features by kind. */
  readonly numeric?: number;
  readonly categorical?: number;
  /** Columns that became no feature, and why: 'row names', 'ignored', 'dates', ... */
  readonly leftOut?: readonly { readonly name: string; readonly why: string }[];
  readonly missing?: { readonly cells: number; readonly how: string };
  readonly target?: { readonly name: string; readonly kind: 'classes' | 'values'; readonly classes?: number };
}
