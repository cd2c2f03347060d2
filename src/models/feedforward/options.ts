import { type Options, type OptionsOf, SEED, SHARE } from '../../check/option.js';
import type { Dataset } from '../../data/dataset.js';
import { isTabular } from '../../data/tabular.js';
import { ENGINE } from '../../runtime/engine.js';
import { PRESETS, type Preset } from '../../training/preset.js';
import { INPUT_TRANSFORMS, type InputTransformName } from './input.js';

/** Text and fingerprints: rows that say the same thing many times over, so that most of it will do. */
const WIDE_INPUT_DROPOUT = 0.2;

/** Options that every feedforward net has. */
export const NET = {
  seed: SEED,
  preset: {
    kind: 'choice',
    of: PRESETS,
    defaultDoc: 'none: each option that is not given has the default beside it, chosen on data',
    doc: "paper: options that are not given, those of fit too, are as the method's paper has them.",
  },
  dropout: {
    ...SHARE,
    defaultDoc: '0.5; 0 to predict values, whose scale it would blur',
    doc: 'Share of the fully connected hidden units dropped in training.',
  },
  inputDropout: {
    ...SHARE,
    defaultDoc: `${WIDE_INPUT_DROPOUT} over sparse rows that are not a table (text, fingerprints), else 0; preset paper: 0`,
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
      "'log' for rows of a TextVectorizer and for sparse rows of counts that are not a table; 'standard' for tables, unless every number in them is 0, 1 or a byte divided by 255 (indicators, pixels); 'none' for those and all others",
    doc: 'What becomes of the features before the first layer, learned from the training rows: binary (1 where above 0), log (ln(1 + x)), unit-length (rows), tf-idf, standard (mean 0 and deviation 1; of sparse rows deviation 1) or none.',
  },
  engine: ENGINE,
} as const satisfies Options;

export type NetOptions = OptionsOf<typeof NET>;

/** Of nets with units that see a few inputs. */
export const SPARSE_DROPOUT = {
  sparseDropout: {
    ...SHARE,
    defaultDoc: '0: noise starves units that see a few inputs; preset paper: that of dropout',
    doc: 'Share of the hidden units with connections of their own that is dropped in training.',
  },
} as const satisfies Options;

/** What the data decide where the options do not. */
export interface Settled {
  input: InputTransformName;
  dropout: number;
  sparseDropout: number;
  inputDropout: number;
}

/** The one place where the defaults that hang on the training rows are chosen. */
export function settled<T extends Partial<Settled> & { preset?: Preset }>(options: T, train: Dataset): T & Settled {
  const paper = options.preset === 'paper';
  const dropout = options.dropout ?? defaultDropout(train);
  const wide = !isTabular(train);
  return {
    ...options,
    input: options.input ?? defaultInput(train),
    dropout,
    sparseDropout: options.sparseDropout ?? (paper ? dropout : 0),
    inputDropout: options.inputDropout ?? (wide && !paper ? WIDE_INPUT_DROPOUT : 0),
  };
}

/** Of texts, a word that stands ten times says not ten times as much. */
function defaultInput(train: Dataset): InputTransformName {
  if (train.vectorizer || areCounts(train)) return 'log';
  return isTabular(train) && hasUnits(train) ? 'standard' : 'none';
}

/** Whole numbers, some above 1, of many columns of which each row has few: words of texts. */
function areCounts(train: Dataset): boolean {
  const { features } = train;
  if (features.kind !== 'sparse' || isTabular(train)) return false;
  return features.value.some((x) => x > 1) && features.value.every((x) => x >= 0 && Number.isInteger(x));
}

/** Whether columns may be of unlike scale. The unit and the offset of a column must not decide: only numbers that are indicators or pixels by their values are left as they are. */
function hasUnits({ features }: Dataset): boolean {
  return !(features.kind === 'sparse' ? features.value : features.values).every(isPixel);
}

function isPixel(x: number): boolean {
  const byte = Math.round(x * 255);
  return byte >= 0 && byte <= 255 && (x === byte / 255 || x === Math.fround(byte / 255));
}

/** Noise in the units is noise in a number that is predicted. */
function defaultDropout({ targets }: Dataset): number {
  return targets?.kind === 'values' ? 0 : 0.5;
}
