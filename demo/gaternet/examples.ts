import type { GatedPrediction, GaterNet } from 'espalier';
import { CLASSES, type Images, PIXELS } from '../data.js';
import type { Example } from './page.js';

/** The first image of each class, with the gates it opens and the class it gets: nobody picked them. */
export function examplesOf(
  net: GaterNet,
  images: Images,
  predicted: Pick<GatedPrediction, 'gates' | 'classes' | 'outputs'>,
): Example[] {
  const width = net.gateLayout.reduce((sum, { count }) => sum + count, 0);
  return Array.from({ length: CLASSES }, (_, label) => images.labels.indexOf(label))
    .filter((row) => row >= 0)
    .map((row) => {
      const gates = predicted.gates!.subarray(row * width, (row + 1) * width);
      const guess = predicted.classes![row]!;
      return {
        pixels: images.pixels.subarray(row * PIXELS, (row + 1) * PIXELS),
        gates,
        label: images.labels[row]!,
        predicted: guess,
        probability: predicted.outputs[row * CLASSES + guess]!,
        multiplyAdds: net.costOf(gates),
      };
    });
}
