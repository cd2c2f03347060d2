import type { LayerSummary, SkipPathSummary } from '../../models/feedforward/feedforward-net.js';
import { GaterNet } from '../../models/gaternet/gater-net.js';
import type { Net } from '../read/model.js';
import { count, plural } from './output.js';

/** A layer of a gated net's backbone. */
export interface BackboneLayerSummary {
  name: string;
  kind: 'conv' | 'max-pool' | 'average-pool' | 'linear';
  /** [channels, height, width], or [units] of the linear layer. */
  output: number[];
  kernel?: number;
  stride?: number;
  /** Filters that have a gate. */
  gates: number;
  /** Of one image, with all filters. */
  multiplyAdds: number;
}

/** The layers from the features up, the output layer last. */
export function layersIn(net: Net): LayerSummary[] | BackboneLayerSummary[] {
  return net instanceof GaterNet ? backboneLayers(net) : net.layers;
}

export function backboneLayers({ network }: GaterNet): BackboneLayerSummary[] {
  const { backbone, classifier } = network;
  const layers = backbone.plan.nodes.map((node, i): BackboneLayerSummary => {
    const { channels, height, width } = backbone.plan.outputs[i]!;
    const output = [channels, height, width];
    if (node.kind === 'conv') {
      const { kernel, stride } = node.shape;
      const multiplyAdds = backbone.convs[i]!.multiplyAdds();
      return { name: node.name, kind: 'conv', output, kernel, stride, gates: node.gate?.count ?? 0, multiplyAdds };
    }
    const { size, stride } = node.shape;
    return { name: node.kind, kind: node.kind, output, kernel: size, stride, gates: 0, multiplyAdds: 0 };
  });
  const { units, inputs } = classifier;
  return [...layers, { name: 'fc', kind: 'linear', output: [units], gates: 0, multiplyAdds: units * inputs }];
}

/** The skip-paths of a net that has some. */
export function pathsJson(net: Net): { skipPaths?: SkipPathSummary[] } {
  return net instanceof GaterNet || net.skipPaths.length === 0 ? {} : { skipPaths: net.skipPaths };
}

/** "dense net of 374 weights, hidden layers of 8, 4 units"; where a layer has two kinds, sparse + dense ones. */
export function summary(net: Net): string {
  const weights = plural(net.weights, 'weight');
  if (net instanceof GaterNet) {
    const { gates } = net.network;
    return `${net.method} net of ${weights}, ${gates ? plural(gates, 'gate') : 'no gates'}`;
  }
  const hidden = net.layers
    .slice(0, -1)
    .map(({ sparseUnits, denseUnits }) =>
      sparseUnits && (denseUnits || net.method === 'trf')
        ? `${count(sparseUnits)} + ${denseUnits}`
        : count(sparseUnits + denseUnits),
    );
  const units = hidden.length ? `hidden layers of ${hidden.join(', ')} units` : 'no hidden layer';
  const paths = net.skipPaths.length ? `, ${plural(net.skipPaths.length, 'skip-path')}` : '';
  return `${net.method} net of ${weights}, ${units}${paths}`;
}
