import { type Options, type OptionsOf, SEED, SHARE } from '../../check/option.js';
import type { Dataset } from '../../data/dataset.js';
import { isTabular } from '../../data/tabular.js';
import { ENGINE } from '../../runtime/engine.js';
import { INPUT_TRANSFORMS, type InputTransformName } from './input.js';

/** Options that every feedforward net has. */
export const NET = {
  seed: SEED,
  dropout: {
    ...SHARE,
    defaultDoc: '0.5; 0 to predict values, whose scale it would blur',
    doc: 'Share of hidden units dropped in training.',
  },
  inputDropout: {
    ...SHARE,
    defaultDoc:
      '0.5 over sparse rows of 1,000 columns or more that are not a table (text, fingerprints), else 0, as in the papers',
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
    defaultDoc:
      "'log' for rows of a TextVectorizer; 'standard' for tables, unless every number in them is 0, 1 or a byte divided by 255 (indicators, pixels); 'none' for those and all others",
    doc: 'What becomes of the features before the first layer, learned from the training rows: binary (1 where above 0), log (ln(1 + x)), unit-length (rows), tf-idf, standard (mean 0 and deviation 1; of sparse rows deviation 1) or none.',
  },
  engine: ENGINE,
} as const satisfies Options;

export type NetOptions = OptionsOf<typeof NET>;

/** What the data decide where the options do not. */
export interface Settled {
  input: InputTransformName;
  dropout: number;
  inputDropout: number;
}

/** The one place where the defaults that hang on the training rows are chosen. */
export function settled<T extends Partial<Settled>>(options: T, train: Dataset): T & Settled {
  return {
    ...options,
    input: options.input ?? defaultInput(train),
    dropout: options.dropout ?? defaultDropout(train),
    inputDropout: options.inputDropout ?? wideInputDropout(train),
  };
}

/** Of texts, a word that stands ten times says not ten times as much. */
function defaultInput(train: Dataset): InputTransformName {
  if (train.vectorizer) return 'log';
  return isTabular(train) && hasUnits(train) ? 'standard' : 'none';
}

/** Whether columns may be of unlike scale. The unit and the offset of a column must not decide: only numbers that are indicators or pixels by their values are left as they are. */
function hasUnits({ features }: Dataset): boolean {
  return !(features.kind === 'sparse' ? features.value : features.values).every(isPixel);
}

function isPixel(x: number): boolean {
  const byte = Math.round(x * 255);
  return byte >= 0 && byte <= 255 && (x === byte / 255 || x === Math.fround(byte / 255));
}

/** Text and fingerprints: rows that say the same thing many times over, so that half of it will do. */
function wideInputDropout(train: Dataset): number {
  return train.features.kind === 'sparse' && train.columns >= 1000 && !isTabular(train) ? 0.5 : 0;
}

/** Noise in the units is noise in a number that is predicted. */
function defaultDropout({ targets }: Dataset): number {
  return targets?.kind === 'values' ? 0 : 0.5;
}
