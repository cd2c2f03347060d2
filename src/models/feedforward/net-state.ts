import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import type { Tensor } from '../../files/safetensors.js';
import type { Preset } from '../../training/preset.js';
import type { Precision } from '../precision.js';
import type { TargetInfo } from '../target.js';
import type { InputTransform } from './input.js';
import type { NetworkShape } from './network.js';

/** All that makes a net, beside its weights. */
export interface NetState extends Precision {
  method: string;
  options: { seed: number; initialScale: number; preset?: Preset };
  shape: NetworkShape;
  target: TargetInfo;
  featureNames: readonly string[] | undefined;
  /** How texts become rows for this net; its words are the feature names. */
  vectorizer?: TextVectorizerJson;
  input: InputTransform;
  /** How the structure came to be, free for each method. */
  origin: unknown;
  /** Tensors of the method's own that go into the file with the weights. */
  tensors?: Readonly<Record<string, Tensor>>;
}
