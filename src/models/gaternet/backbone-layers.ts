import type { GatedNetwork } from './gated-network.js';

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

/** The layers from the image up, the output layer last. */
export function backboneLayers({ backbone, classifier }: GatedNetwork): BackboneLayerSummary[] {
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
