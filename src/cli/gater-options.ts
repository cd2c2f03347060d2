import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Augmentation } from '../data/images/image-batch.js';
import type { Backbone, Placement } from '../models/gaternet/backbone.js';
import type { GaterNetOptions } from '../models/gaternet/gater-net.js';
import { UserError } from './errors.js';
import { integer, kebab, names, number } from './options.js';

/** What train asks for a GaterNet. */
export interface GaterOptions {
  backbone?: BackboneName;
  width?: number;
  gater?: BackboneName | 'none';
  gaterWidth?: number;
  placement?: Placement;
  bottleneck?: number;
  bottleneckNorm?: boolean;
  penalty?: number;
  augment?: Augmentation;
  pretrainEpochs?: number;
}

type BackboneName = Extract<Backbone, string>;

/** Options that no other method has. */
export const GATER_OPTIONS = [
  'backbone',
  'width',
  'gater',
  'gaterWidth',
  'placement',
  'bottleneck',
  'bottleneckNorm',
  'penalty',
  'augment',
] as const;

/** Padding of crops, as is usual for images of 32 x 32. */
const PAD = 4;

export function addGaterOptions(command: Command): Command {
  return command
    .option(
      '--backbone <net>',
      'gaternet: resnet-20, resnet-56, any resnet-N of N = 6n + 2, or cnn (default: resnet-20)',
      (text) => backbone(text, ''),
    )
    .option(
      '--width <n>',
      'gaternet: filters of the first stage of the backbone (default: 16; cnn: 32)',
      integer(1, 4096),
    )
    .option(
      '--gater <net>',
      'gaternet: the net that decides, or none for the backbone alone (default: resnet-20)',
      (text) => (text === 'none' ? text : backbone(text, ', or none')),
    )
    .option('--gater-width <n>', 'gaternet: as --width, of the gater', integer(1, 4096))
    .addOption(
      new Option('--placement <where>', 'gaternet: which filters have gates (default: block-output)').choices([
        'block-output',
        'every-conv',
      ]),
    )
    .option('--bottleneck <n>', 'gaternet: units between the gater and the gates (default: 8)', integer(1, 65536))
    .option('--bottleneck-norm', 'gaternet: batch normalisation of these units')
    .option(
      '--penalty <x>',
      'gaternet: weight of the share of open gates in the loss (default: 0.1)',
      number((x) => x >= 0, 'a number from 0'),
    )
    .option(
      '--augment <changes>',
      `gaternet: crop (by up to ${PAD} pixels), flip or crop,flip of training images`,
      augmentation,
    );
}

/** For GaterNet.create; what is not given is left to it. */
export function gaterNetOptions(options: GaterOptions): GaterNetOptions {
  const { width, gaterWidth, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, augment } = options;
  const { backbone = 'resnet-20', gater = 'resnet-20' } = options;
  return {
    backbone: widened(backbone, width),
    gater: gater === 'none' ? false : widened(gater, gaterWidth),
    placement,
    bottleneck,
    bottleneckNorm,
    penalty,
    pretrainEpochs,
    augmentation: augment,
  };
}

/** Refuses options on gates where there are none. */
export function refuseWithoutGater(options: GaterOptions): void {
  if (options.gater !== 'none') return;
  const { gaterWidth, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs } = options;
  const gating = { gaterWidth, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs };
  for (const [name, value] of Object.entries(gating)) {
    if (value !== undefined) throw new UserError(`--${kebab(name)}: is about gates, of which --gater none has none`);
  }
}

function backbone(text: string, more: string): BackboneName {
  const depth = Number(/^resnet-(\d{1,4})$/.exec(text)?.[1]);
  if (text !== 'cnn' && !(depth >= 8 && depth % 6 === 2)) {
    throw new InvalidArgumentError(`Expected resnet-N, N = 8, 14, 20, ... 6n + 2, or cnn${more}.`);
  }
  return text as BackboneName;
}

function widened(name: BackboneName, width: number | undefined): Backbone {
  if (width === undefined) return name;
  if (name === 'cnn') return { kind: 'cnn', filters: [width, 2 * width, 4 * width] };
  return { kind: 'resnet', depth: Number(name.slice('resnet-'.length)), width };
}

function augmentation(text: string): Augmentation {
  const changes = names(text);
  const stray = changes.find((change) => change !== 'crop' && change !== 'flip');
  if (stray !== undefined) throw new InvalidArgumentError('Expected crop, flip or crop,flip.');
  return { pad: changes.includes('crop') ? PAD : 0, flip: changes.includes('flip') };
}
