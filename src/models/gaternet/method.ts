import { count, millions, plural } from '../../numeric/format.js';
import type { Method, NetText } from '../method.js';
import { predicted } from '../target.js';
import { backboneLayers } from './backbone-layers.js';
import { GaterNet } from './gater-net.js';
import { GATED_FIT, GATER } from './options.js';

export const gaternet: Method = {
  name: 'gaternet',
  doc: 'for images: convolutions whose filters a gater opens for each image',
  paper: 'Chen, Li, Bengio, Si: You Look Twice: GaterNet, CVPR 2019',
  data: 'images',
  options: GATER,
  fit: GATED_FIT,
  examples: [
    'espalier train --method gaternet --data cifar10 --augment crop,flip --placement every-conv --out gater.safetensors',
    'espalier train --method gaternet photos/ --backbone resnet-8 --test more-photos/ --json',
  ],
  learn: (train, options, { engine }) => GaterNet.create(train, { ...options, engine }),
  load: (file, options) => GaterNet.load(file, options),
  describe: (net) => gatedText(net as GaterNet),
};

function gatedText({ method, weights, seed, target, network, multiplyAdds }: GaterNet): NetText {
  const { image, gater, placement } = network.shape;
  const { gates } = network;
  const { dense, gater: deciding } = multiplyAdds;
  return {
    summary: `${method} net of ${plural(weights, 'weight')}, ${gates ? plural(gates, 'gate') : 'no gates'}`,
    facts: {
      Seed: String(seed),
      Predicts: predicted(target),
      Images: `${image.channels} x ${image.height} x ${image.width}`,
      ...(gater ? { Gates: `${count(gates)}, ${placement}` } : {}),
      'Multiply-adds per image': `${millions(dense)} with all filters${gater ? `; ${millions(deciding)} for the gater` : ''}`,
    },
    table: [
      ['Layer', 'output', 'kernel', 'stride', 'gates', 'multiply-adds'],
      ...backboneLayers(network).map((layer) => [
        layer.name,
        layer.output.join(' x '),
        layer.kernel === undefined ? '' : `${layer.kernel} x ${layer.kernel}`,
        String(layer.stride ?? ''),
        layer.gates ? count(layer.gates) : '',
        layer.multiplyAdds ? count(layer.multiplyAdds) : '',
      ]),
    ],
  };
}
