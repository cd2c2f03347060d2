import { damaged } from '../files/model-file.js';
import type { Engine } from '../runtime/engine.js';

/** Of a net: there where relaxed kernels had a part in its weights, so that nobody looks for the same bits elsewhere. */
export interface Precision {
  precision?: 'relaxed';
}

/** What a net becomes that is trained on this engine. */
export function precisionOf({ build }: Engine): Precision {
  return precisionIn(build.precision === 'relaxed' ? { precision: 'relaxed' } : {});
}

/** RangeError for another than there is. */
export function precisionIn({ precision }: { readonly precision?: unknown }): Precision {
  if (precision === undefined) return {};
  if (precision === 'relaxed') return { precision };
  throw damaged("precision is not 'relaxed'");
}
