import { requireImages } from '../../data/dataset.js';
import { loadImages } from '../../data/images/image-batch.js';
import type { Address } from '../../runtime/address.js';
import type { Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import type { TrainingRows } from '../../training/feed.js';
import type { GatedLayers } from './gated-layers.js';

/** Room for images of a batch, normalised as the net wants them. */
export class ImageLoader {
  readonly at: Address;

  constructor(
    scope: Scope,
    private readonly net: GatedLayers,
    size: number,
  ) {
    const { channels, height, width } = net.shape.image;
    this.at = scope.bytes(size * channels * height * width * 4);
  }

  /** Images of these rows; with the noise of a step they are changed as the net's augmentation says. */
  async load(
    data: TrainingRows,
    rows: Int32Array,
    pace: Pace,
    noise?: { readonly seed: number; readonly step: number },
  ): Promise<void> {
    const { engine, norm, shape } = this.net;
    const images = requireImages(data.features, 'data');
    await loadImages(engine, this.at, images, rows, norm, pace, shape.augmentation, noise);
  }
}
