import type { DenseMatrix, SparseMatrix } from './matrix.js';
import type { Source } from './tables/source.js';
import type { Table } from './tables/table.js';

/** Some rows of data that come by batches. */
export type Batch =
  | {
      readonly kind: 'rows';
      /** Of sparse rows, as many columns as the batch tells where they were not given. */
      readonly features: SparseMatrix | DenseMatrix;
      /** The class of each row by its name; absent where rows have none, or several tasks. */
      readonly labels?: readonly string[];
      /** svmlight: the lowest index, as written. */
      readonly lowest?: number;
    }
  | {
      readonly kind: 'cells';
      /** Columns of cells as they were read. */
      readonly source: Source;
      /** Whether some cell tells the decimal mark. */
      readonly sureOfDecimal: boolean;
    }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'texts'; readonly texts: readonly string[]; readonly labels?: readonly string[] };
