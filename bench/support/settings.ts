// `--set key=value`: any option of the nets and of fit by name, so that one command shows what one change does.
import type {
  AdamOptions,
  FitOptions,
  LatentTreeOptions,
  LayerOptions,
  NetOptions,
  SkipPathOptions,
  TrfNetOptions,
  TseNetOptions,
} from 'espalier';

/** Keys and their values, in the order given. */
export type Settings = readonly (readonly [key: string, value: unknown])[];

export interface NetAndFit {
  /** What all nets have. */
  readonly net: NetOptions;
  readonly trf: TrfNetOptions;
  readonly tse: TseNetOptions;
  readonly fit: FitOptions;
}

type Apply = (options: NetAndFit, value: unknown) => NetAndFit;

const net =
  (key: keyof NetOptions): Apply =>
  (options, value) => ({ ...options, net: { ...options.net, [key]: value } });
const trf =
  (key: keyof TrfNetOptions): Apply =>
  (options, value) => ({ ...options, trf: { ...options.trf, [key]: value } });
const skip =
  (key: keyof SkipPathOptions): Apply =>
  (options, value) => ({
    ...options,
    tse: {
      ...options.tse,
      skipPaths: { ...options.tse.skipPaths, [key]: key === 'from' && typeof value === 'number' ? [value] : value },
    },
  });
const skeleton =
  (key: keyof LatentTreeOptions): Apply =>
  (options, value) => ({
    ...options,
    tse: { ...options.tse, skeleton: { ...(options.tse.skeleton as LatentTreeOptions), [key]: value } },
  });
const fit =
  (key: keyof FitOptions): Apply =>
  (options, value) => ({ ...options, fit: { ...options.fit, [key]: value } });
const pretrain =
  (key: string): Apply =>
  (options, value) => ({ ...options, trf: { ...options.trf, pretrain: { ...options.trf.pretrain, [key]: value } } });
const adam =
  (key: keyof AdamOptions): Apply =>
  (options, value) => {
    const { optimizer } = options.fit;
    const given = typeof optimizer === 'object' ? optimizer : { kind: 'adam' };
    return { ...options, fit: { ...options.fit, optimizer: { ...given, [key]: value } as AdamOptions } };
  };
/** One value for every layer, or one for each. */
const layer =
  (key: keyof LayerOptions): Apply =>
  (options, value) => {
    const { layers } = options.trf;
    const each = Array.isArray(value) ? value : layers.map(() => value);
    if (each.length !== layers.length) {
      throw new RangeError(`--set ${key}: expected one number or ${layers.length}, got ${each.length}`);
    }
    return { ...options, trf: { ...options.trf, layers: layers.map((old, l) => ({ ...old, [key]: each[l] })) } };
  };

const KEYS: Readonly<Record<string, Apply>> = {
  initialScale: net('initialScale'),
  input: net('input'),
  dropout: net('dropout'),
  inputDropout: net('inputDropout'),
  root: trf('root'),
  threshold: trf('threshold'),
  minInformation: trf('minInformation'),
  density: (options, value) => ({ ...options, tse: { ...options.tse, density: value as number } }),
  minInputs: (options, value) => ({ ...options, tse: { ...options.tse, minInputs: value as number } }),
  skipFrom: skip('from'),
  skipUnits: skip('units'),
  maxIsland: skeleton('maxIsland'),
  maxTop: skeleton('maxTop'),
  delta: skeleton('delta'),
  restarts: skeleton('restarts'),
  refineSteps: skeleton('refineSteps'),
  sampleRows: skeleton('sampleRows'),
  'pretrain.epochs': pretrain('epochs'),
  'pretrain.batchSize': pretrain('batchSize'),
  'pretrain.learningRate': pretrain('learningRate'),
  'pretrain.maskingNoise': pretrain('maskingNoise'),
  'pretrain.dropout': pretrain('dropout'),
  radius: layer('radius'),
  stride: layer('stride'),
  globalUnits: layer('globalUnits'),
  /** Keeps the first so many layers. */
  layers: (options, value) => ({
    ...options,
    trf: { ...options.trf, layers: options.trf.layers.slice(0, value as number) },
  }),
  epochs: fit('epochs'),
  batchSize: fit('batchSize'),
  learningRate: fit('learningRate'),
  schedule: fit('schedule'),
  monitor: fit('monitor'),
  patience: fit('patience'),
  weightDecay: adam('weightDecay'),
  decoupled: adam('decoupled'),
  beta1: adam('beta1'),
  beta2: adam('beta2'),
  epsilon: adam('epsilon'),
};

/** Reads `key=value` items: lists of numbers by commas, JSON where it is some, else text. */
export function describeSettings(assignments: readonly string[]): { values: Settings; text: string } {
  const values = assignments.map((assignment) => {
    const at = assignment.indexOf('=');
    const key = assignment.slice(0, at);
    if (at < 1 || !Object.hasOwn(KEYS, key)) {
      throw new RangeError(
        `--set: expected key=value with a key of ${Object.keys(KEYS).join(', ')}; got ${JSON.stringify(assignment)}`,
      );
    }
    return [key, parse(assignment.slice(at + 1))] as const;
  });
  return { values, text: assignments.join(', ') };
}

export function applySettings(options: NetAndFit, settings: Settings): NetAndFit {
  return settings.reduce((changed, [key, value]) => KEYS[key]!(changed, value), options);
}

function parse(text: string): unknown {
  if (/^[-\d.e]+(,[-\d.e]+)+$/.test(text)) return text.split(',').map(Number);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
