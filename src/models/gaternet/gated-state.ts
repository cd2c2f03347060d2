import { complete } from '../../check/complete.js';
import { requireInteger } from '../../check/require.js';
import { ChannelNorm, type ChannelNormJson } from '../../data/images/channel-norm.js';
import { requireAugmentation } from '../../data/images/image-batch.js';
import { damaged, isNames, requireFloats } from '../../files/model-file.js';
import type { Tensor } from '../../files/safetensors.js';
import { type Precision, precisionIn } from '../precision.js';
import { hasScale, type TargetInfo } from '../target.js';
import { type Plan, planBackbone } from './backbone.js';
import type { GatedShape } from './gated-layers.js';
import { GATER, type GaterNetOptions, type GaterSettings } from './options.js';

/** All that makes a net beside its weights. */
export interface GatedState extends Precision {
  method: 'gaternet';
  options: { seed: number };
  target: TargetInfo;
  shape: GatedShape;
  norm: ChannelNorm;
}

/** The normalisation that a user gives. */
export function normOf(normalise: NonNullable<GaterNetOptions['normalise']>, channels: number): ChannelNorm {
  const norm = ChannelNorm.of(normalise, 'normalise');
  if (norm.mean.length === channels) return norm;
  throw new RangeError(`normalise.mean: expected a number for each of ${channels} channels, got ${norm.mean.length}`);
}

export function fileName(name: string): string {
  return name.replace(/^(backbone|gater)\./, '$1_state_dict.');
}

/** Options of training that later versions brought: what they are where a file tells nothing. */
const PLAIN = {
  openTarget: undefined,
  gateVariance: 0,
  penaltyWarmup: 0,
  gateBias: 0,
  gateNoise: 1,
  gaterRate: 1,
} as const;
type Later = Pick<GatedShape, keyof typeof PLAIN>;

/** Those that change anything. */
export function laterOf(given: { readonly [K in keyof Later]?: Later[K] | undefined }): Later {
  const names = Object.keys(PLAIN) as (keyof Later)[];
  return Object.fromEntries(
    names.filter((name) => given[name] !== undefined && given[name] !== PLAIN[name]).map((name) => [name, given[name]]),
  );
}

type Spec = Pick<
  GatedShape,
  'backbone' | 'placement' | 'bottleneck' | 'bottleneckNorm' | 'penalty' | 'pretrainEpochs'
> &
  Pick<GaterSettings, 'gater' | 'augmentation'> & { readonly [K in keyof Later]?: Later[K] | undefined };

/** Checks that the parts go together. */
export function shapeOf(spec: Spec, image: GatedShape['image'], target: TargetInfo): GatedShape {
  const { backbone, gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, augmentation } = spec;
  const plan = planBackbone(backbone, image, gater === false ? undefined : placement);
  if (gater !== false) {
    planBackbone(gater, image, undefined, 'gater');
    if (plan.gates === 0) throw new RangeError('backbone: expected gated filters beside a gater, got none');
  }
  if (augmentation !== undefined) requireAugmentation(augmentation, image);
  return {
    image,
    backbone,
    ...(gater === false ? {} : { gater }),
    placement,
    bottleneck,
    bottleneckNorm,
    outputs: target.outputs,
    target: target.kind,
    penalty,
    pretrainEpochs,
    ...(gater === false ? {} : laterOf(spec)),
    ...(augmentation ? { augmentation } : {}),
  };
}

/** Before any memory is reserved for a net of this shape: whether the file has its matrices. */
export function requireTensors(tensors: Record<string, Tensor>, shape: GatedShape): void {
  const { image, backbone, gater, bottleneck, outputs } = shape;
  const check = (prefix: string, { nodes, outputs: planes }: Plan, linear: string, units: number) => {
    for (const node of nodes) {
      if (node.kind !== 'conv') continue;
      const { filters, channels, kernel } = node.shape;
      requireFloats(tensors, `${prefix}.${node.name}.weight`, [filters, channels, kernel, kernel]);
    }
    requireFloats(tensors, `${prefix}.${linear}.weight`, [units, planes.at(-1)!.channels]);
  };
  check('backbone_state_dict', planBackbone(backbone, image), 'fc', outputs);
  if (gater) check('gater_state_dict.resnet', planBackbone(gater, image), 'newfc', bottleneck);
}

const FIELDS = 'fields are missing or out of range';

/** Checks the metadata of a file. */
export function stateFrom(header: Record<string, unknown>): GatedState {
  const { target, shape, norm, options } = header as Partial<Omit<GatedState, 'norm'>> & { norm?: ChannelNormJson };
  if (!target || !shape || !norm || !options) throw damaged(FIELDS);
  if (
    !['classes', 'tasks', 'values'].includes(target.kind) ||
    !isNames(target.names, target.outputs) ||
    !hasScale(target)
  )
    throw damaged(FIELDS);
  try {
    requireInteger(target.outputs, target.kind === 'classes' ? 2 : 1, 'target.outputs');
    if (shape.target !== target.kind || shape.outputs !== target.outputs) throw damaged(FIELDS);
    const { image, backbone, gater = false, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs } = shape;
    const { augmentation } = shape;
    const gating =
      gater === false ? {} : { placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, ...laterOf(shape) };
    const { seed } = options;
    requireInteger(seed, 0, 'seed');
    const sound = complete(GATER, { seed, backbone, gater, augmentation, ...gating }, 'bytes');
    const full = shapeOf(gater === false ? { ...sound, placement, bottleneck, bottleneckNorm } : sound, image, target);
    const state: GatedState = {
      method: 'gaternet',
      options: { seed },
      target,
      shape: full,
      norm: ChannelNorm.fromJSON(norm),
      ...precisionIn(header),
    };
    if (state.norm.mean.length !== full.image.channels) throw damaged(FIELDS);
    return state;
  } catch (cause) {
    throw damaged(FIELDS, cause);
  }
}
