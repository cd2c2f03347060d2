import { count, plural } from '../../numeric/format.js';
import type { NetText } from '../method.js';
import { predicted } from '../target.js';
import type { FeedforwardNet, LayerSummary } from './feedforward-net.js';

/** "dense net of 374 weights, hidden layers of 8, 4 units", and its layers. `units` tells of one hidden layer. */
export function feedforwardText(
  net: FeedforwardNet,
  units: (layer: LayerSummary) => string = ({ sparseUnits, denseUnits }) => count(sparseUnits + denseUnits),
): NetText {
  const { method, seed, weights, target, layers, skipPaths } = net;
  const hidden = layers.slice(0, -1).map(units);
  const inside = hidden.length ? `hidden layers of ${hidden.join(', ')} units` : 'no hidden layer';
  const paths = skipPaths.length ? `, ${plural(skipPaths.length, 'skip-path')}` : '';
  return {
    summary: `${method} net of ${plural(weights, 'weight')}, ${inside}${paths}`,
    facts: {
      Seed: String(seed),
      Predicts: predicted(target),
      ...(net.state.vectorizer ? { Takes: `texts, by ${plural(net.state.vectorizer.words.length, 'word')}` } : {}),
    },
    table: [
      ['Layer', 'inputs', 'sparse units', 'dense units', 'connections', 'density'],
      ...layers.map(({ inputs, sparseUnits, denseUnits, connections, density }, l) => [
        String(l + 1),
        ...[inputs, sparseUnits, denseUnits, connections].map(count),
        density.toFixed(3),
      ]),
      ...skipPaths.map(({ from, inputs, units: width, connections }) => [
        from === 0 ? 'Skip from features' : `Skip from ${from}`,
        ...[inputs, 0, width, connections].map(count),
        (1).toFixed(3),
      ]),
    ],
  };
}
