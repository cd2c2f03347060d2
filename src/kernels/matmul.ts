import { complete } from '../check/complete.js';
import type { Options, OptionsOf } from '../check/option.js';
import { multiplyPanels, packColumns, packPanels } from '../layers/product.js';
import { roundUp } from '../numeric/padding.js';
import { wholePanels } from '../runtime/panels.js';
import { CALLING, called, FLOATS, type Floats, SIZE } from './call.js';

const MATMUL = {
  m: { ...SIZE, doc: 'Rows of the product.' },
  n: { ...SIZE, doc: 'Columns of the product.' },
  k: { ...SIZE, doc: 'Terms of each sum.' },
  transposeA: { kind: 'flag', default: false, doc: 'Whether a is [k][m] rather than [m][k].' },
  transposeB: { kind: 'flag', default: false, doc: 'Whether b is [n][k] rather than [k][n].' },
  accumulate: {
    kind: 'flag',
    default: false,
    doc: 'Whether the product is added to what is in out, which must be given.',
  },
  out: { ...FLOATS, doc: '[m][n], where the product goes; default: a new array, or a new block where a is one.' },
  ...CALLING,
} as const satisfies Options;

/** Options of matmul. */
export type MatmulOptions<T extends Floats = Floats> = Omit<OptionsOf<typeof MATMUL>, 'out'> & { out?: T | undefined };

/**
 * The product of two matrices, [m][n]: out (+)= a b. Each number is a sum over k from the first term to the last, 256 at a time.
 * @param a [m][k], or [k][m] with transposeA
 * @param b [k][n], or [n][k] with transposeB
 */
export async function matmul<T extends Floats>(a: T, b: Floats, given: MatmulOptions<T>): Promise<T> {
  const options = complete(MATMUL, given, 'matmul');
  const { m, n, k, transposeA, transposeB, accumulate } = options;
  const out = options.out as T | undefined;
  if (accumulate && out === undefined)
    throw new TypeError('out: expected Float32Array or a block to add to, got undefined');
  const shape = [m, n];
  const operands = [
    { name: 'a', value: a, shape: transposeA ? [k, m] : [m, k] },
    { name: 'b', value: b, shape: transposeB ? [n, k] : [k, n] },
    { name: 'out', value: out, shape, optional: true, written: true },
  ] as const;
  return called(options, operands, async (call) => {
    const { engine, scope, pace } = call;
    const panels = scope.bytes(wholePanels(m) * k * 4);
    const columns = scope.bytes(roundUp(n, 8) * k * 4);
    const [rowStride, aStride] = transposeA ? [1, m] : [k, 1];
    const [bStride, columnStride] = transposeB ? [1, k] : [n, 1];
    await packPanels(engine, panels, await call.read(a), m, k, rowStride, aStride, pace);
    await packColumns(engine, columns, await call.read(b), k, n, bStride, columnStride, pace);
    const c = call.result(a, shape, out);
    await multiplyPanels(engine, await call.change(c, accumulate), panels, columns, m, n, k, accumulate, pace);
    return c;
  });
}
