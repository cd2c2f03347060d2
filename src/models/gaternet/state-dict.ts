import type { Tensor } from '../../files/safetensors.js';
import type { Backbone } from './backbone.js';

/** What the names and shapes of a published checkpoint tell. */
export interface StateDict {
  /** Under the names that `GaterNet.save` writes. */
  readonly tensors: Record<string, Tensor>;
  readonly backbone: Backbone;
  readonly gater: Backbone | false;
  readonly bottleneck: number;
  readonly bottleneckNorm: boolean;
  readonly channels: number;
  readonly classes: number;
}

/** Reads the names of google-research/gaternet. RangeError naming the tensor that is missing or of another shape than expected. */
export function readStateDict(given: Record<string, Tensor>): StateDict {
  const tensors: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(given)) tensors[name.replaceAll('module.', '')] = tensor;
  const sides = (name: string, rank: number): readonly number[] => {
    const { shape } = tensors[name] ?? {};
    if (shape?.length !== rank) {
      const got = shape ? `one of shape [${shape}]` : 'none';
      throw new RangeError(`bytes: expected a tensor '${name}' of ${rank} dimensions, got ${got}`);
    }
    return shape;
  };
  const stem = sides('backbone_state_dict.conv.weight', 4);
  const gated = Object.keys(tensors).some((name) => name.startsWith('gater_state_dict.'));
  return {
    tensors,
    backbone: resnetOf(tensors, 'backbone_state_dict.', stem[0]!),
    gater: gated && resnetOf(tensors, 'gater_state_dict.resnet.', sides('gater_state_dict.resnet.conv.weight', 4)[0]!),
    bottleneck: gated ? sides('gater_state_dict.resnet.newfc.weight', 2)[0]! : 1,
    bottleneckNorm: 'gater_state_dict.resnet.newbn.weight' in tensors,
    channels: stem[1]!,
    classes: sides('backbone_state_dict.fc.weight', 2)[0]!,
  };
}

function resnetOf(tensors: Record<string, Tensor>, prefix: string, width: number): Backbone {
  let blocks = 0;
  while (`${prefix}stage1.block${blocks + 1}.conv1.weight` in tensors) blocks++;
  if (blocks === 0) throw new RangeError(`bytes: expected a tensor '${prefix}stage1.block1.conv1.weight', got none`);
  return { kind: 'resnet', depth: 6 * blocks + 2, width };
}
