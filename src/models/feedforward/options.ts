import { type Options, type OptionsOf, SEED, SHARE } from '../../check/option.js';
import type { Dataset } from '../../data/dataset.js';
import { ENGINE } from '../../runtime/engine.js';
import { INPUT_TRANSFORMS } from './input.js';

/** Options that every feedforward net has. */
export const NET = {
  seed: SEED,
  dropout: {
    ...SHARE,
    defaultDoc: '0.5; 0 to predict numbers from dense rows, whose scale it would blur',
    doc: 'Share of hidden units dropped in training.',
  },
  inputDropout: {
    ...SHARE,
    defaultDoc: '0.5 over sparse rows of 1,000 columns or more (text, fingerprints), else 0, as in the papers',
    doc: 'Share of the features set to 0 in training the whole net, the others scaled up.',
  },
  initialScale: {
    kind: 'number',
    above: 0,
    default: 1,
    doc: 'Initial weights are uniform within ±initialScale/√fan_in, fan_in counting the connections a unit really has; biases 0.',
  },
  input: {
    kind: 'choice',
    of: INPUT_TRANSFORMS,
    default: 'none',
    doc: 'What becomes of the features before the first layer, learned from the training rows: binary (1 where above 0), log (ln(1 + x)), unit-length (rows), tf-idf, or standard (mean 0 and deviation 1; of sparse rows deviation 1).',
  },
  engine: ENGINE,
} as const satisfies Options;

export type NetOptions = OptionsOf<typeof NET>;

/** Text and fingerprints: rows that say the same thing many times over, so that half of it will do. */
export function wideInputDropout({ features, columns }: Dataset): number {
  return features.kind === 'sparse' && columns >= 1000 ? 0.5 : 0;
}

/** Noise in the units is noise in a number that is predicted. */
export function defaultDropout({ features, targets }: Dataset): number {
  return features.kind === 'dense' && targets?.kind === 'values' ? 0 : 0.5;
}

/** Below so many features a net of the papers' sizes would be out of proportion. */
export const FEW_COLUMNS = 200;
