import { type Completed, isFalse, type Options, type OptionsOf, SEED } from '../../check/option.js';
import { ENGINE } from '../../runtime/engine.js';
import { FIT } from '../../training/fit-options.js';
import { RUN } from '../net-parts.js';
import { type Backbone, isBackbone, PLACEMENTS } from './backbone.js';

const BACKBONE = {
  kind: 'other',
  is: isBackbone,
  expected: "'resnet-N' (N = 6n + 2), 'cnn', an object of kind 'resnet' or 'cnn', or a list of layers",
  text: 'resnet-N (N = 6n + 2) or cnn',
} as const;

/** Random changes to the images of a training batch, the same for a seed and step on every machine. */
const AUGMENTATION = {
  pad: {
    kind: 'integer',
    from: 0,
    default: 0,
    doc: 'Each image is a crop, at random, of the image with so many black pixels around it; as in torchvision, padding comes before normalisation. 0 crops nothing.',
  },
  flip: { kind: 'flag', default: false, doc: 'Whether each image is mirrored left to right by a fair coin.' },
} as const satisfies Options;

/** Mean and standard deviation of each channel. */
const NORMALISE = {
  mean: {
    kind: 'list',
    of: { kind: 'number', doc: 'Of a channel.' },
    least: 1,
    required: true,
    doc: 'Mean of each channel, of pixels in [0, 1] where images are bytes.',
  },
  std: {
    kind: 'list',
    of: { kind: 'number', above: 0, doc: 'Of a channel.' },
    least: 1,
    required: true,
    doc: 'Standard deviation of each channel.',
  },
} as const satisfies Options;

/** Options of GaterNet.create. */
export const GATER = {
  seed: SEED,
  backbone: {
    ...BACKBONE,
    default: 'resnet-20' as Backbone,
    doc: 'The net whose filters are gated: resnet-N (N = 6n + 2) or cnn.',
  },
  width: {
    kind: 'integer',
    from: 1,
    to: 4096,
    defaultDoc: '16; of cnn 32',
    doc: 'Filters of the first stage of a backbone that is given by its name.',
  },
  gater: {
    ...BACKBONE,
    is: isGater,
    expected: `${BACKBONE.expected}, or false`,
    default: 'resnet-20' as Backbone | false,
    doc: 'The net that decides: its pooled features go through the bottleneck to the gates. false: no gates, the backbone alone.',
  },
  gaterWidth: {
    kind: 'integer',
    from: 1,
    to: 4096,
    about: 'gater',
    defaultDoc: '16; of cnn 32',
    doc: 'As width, of the gater.',
  },
  placement: {
    kind: 'choice',
    of: PLACEMENTS,
    default: 'block-output',
    about: 'gater',
    doc: "Which filters have gates: block-output, the authors', or every-conv, which skips more.",
  },
  bottleneck: {
    kind: 'integer',
    from: 1,
    default: 8,
    about: 'gater',
    doc: "Units between the gater's features and the gates.",
  },
  bottleneckNorm: {
    kind: 'flag',
    default: false,
    about: 'gater',
    doc: "Batch normalisation of these units before their ReLU: in the paper's text, not in the authors' code; worth trying where gates do not come to depend on the image.",
  },
  penalty: {
    kind: 'number',
    from: 0,
    default: 0.1,
    about: 'gater',
    doc: 'λ, the weight of the mean gate in the loss: the larger, the fewer gates are open. The authors publish none.',
  },
  openTarget: {
    kind: 'number',
    from: 0,
    to: 1,
    about: 'gater',
    defaultDoc: 'none',
    doc: 'Share of the gates to be open: the loss has λ (mean gate − target)² in place of λ times the mean gate; needs a λ such as 2.',
  },
  gateVariance: {
    kind: 'number',
    from: 0,
    default: 0,
    about: 'gater',
    doc: 'Weight of a reward: the mean variance of gates, without noise, over the images of a batch.',
  },
  penaltyWarmup: {
    kind: 'integer',
    from: 0,
    default: 0,
    about: 'gater',
    doc: 'Epochs, after pretrainEpochs, over which λ grows from 0.',
  },
  gateBias: {
    kind: 'number',
    from: -100,
    to: 100,
    default: 0,
    about: 'gater',
    doc: 'Where the biases of gates start: at 0 half of the gates are closed at first, at 2 next to none.',
  },
  gateNoise: {
    kind: 'number',
    from: 0,
    default: 1,
    about: 'gater',
    doc: 'Standard deviation of the noise in what decides each gate in training.',
  },
  gaterRate: {
    kind: 'number',
    from: 0,
    default: 1,
    about: 'gater',
    doc: "Factor on the gater's learning rate.",
  },
  pretrainEpochs: {
    kind: 'integer',
    from: 0,
    default: 0,
    about: 'gater',
    doc: 'Epochs at the start of fit in which all gates are open and the gater rests.',
  },
  augmentation: {
    kind: 'group',
    options: AUGMENTATION,
    defaultDoc: 'none',
    flag: 'augment',
    // Padding of crops as is usual for images of 32 x 32.
    shorthand: { crop: { pad: 4 }, flip: { flip: true } },
    doc: 'Random changes of training images: crop, flip or crop,flip.',
  },
  normalise: {
    kind: 'group',
    options: NORMALISE,
    defaultDoc: 'those of the training images',
    flag: false,
    doc: 'Mean and standard deviation of each channel.',
  },
  engine: ENGINE,
} as const satisfies Options;

export type GaterNetOptions = OptionsOf<typeof GATER>;
export type GaterSettings = Completed<typeof GATER>;

/** Options of GaterNet.fromStateDict. */
export const STATE_DICT = {
  engine: ENGINE,
  placement: GATER.placement,
  normalise: {
    ...GATER.normalise,
    default: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
    defaultDoc: "CIFAR-10's",
  },
  image: {
    kind: 'group',
    options: {
      height: { kind: 'integer', from: 1, required: true, doc: 'Pixels.' },
      width: { kind: 'integer', from: 1, required: true, doc: 'Pixels.' },
    },
    default: { height: 32, width: 32 },
    doc: 'Height and width of the images.',
  },
  classNames: {
    kind: 'other',
    is: isTexts,
    expected: 'a list of names',
    defaultDoc: 'none',
    doc: 'Names of the classes.',
  },
} as const satisfies Options;

/** SGD with Nesterov momentum, as for ResNets; no schedule of the authors is published. */
export const GATED_FIT = {
  ...FIT,
  optimizer: {
    ...FIT.optimizer,
    default: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
    defaultDoc: 'sgd with Nesterov momentum 0.9 and weight decay 1e-4',
  },
  epochs: { ...FIT.epochs, default: 50, defaultDoc: '50' },
  learningRate: { ...FIT.learningRate, default: 0.1, defaultDoc: '0.1' },
  schedule: {
    ...FIT.schedule,
    default: { steps: [0.5, 0.75], factor: 0.1 },
    defaultDoc: 'divided by 10 at half and three quarters of the epochs',
  },
  batchSize: { ...FIT.batchSize, default: 128, defaultDoc: '128' },
} as const satisfies Options;

/** Images of a batch are larger than rows. */
export const GATED_RUN = { ...RUN, batchSize: { ...RUN.batchSize, default: 64 } } as const satisfies Options;

/** Options of GaterNet.predict. */
export const GATED_PREDICT = {
  ...GATED_RUN,
  gates: { kind: 'flag', default: false, doc: 'Whether to tell the gates of each image too.' },
  skip: {
    kind: 'flag',
    default: true,
    inert: true,
    flag: false,
    doc: 'Whether closed filters are left out. false runs all and multiplies by their gates: the same outputs, to compare times with.',
  },
} as const satisfies Options;

function isGater(value: unknown): value is Backbone | false {
  return isFalse(value) || isBackbone(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
