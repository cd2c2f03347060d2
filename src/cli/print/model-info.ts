import type { TargetInfo } from '../../models/feedforward/net-state.js';
import { GaterNet } from '../../models/gaternet/gater-net.js';
import { TseNet } from '../../models/tse/tse-net.js';
import { type Net, openModel } from '../read/model.js';
import { backboneLayers, layersIn, pathsJson, summary } from './describe.js';
import { count, millions, plural, print, printFacts, printJson, printTable } from './output.js';

/** What the net in this file is made of. */
export async function tellModel(path: string, json: boolean | undefined): Promise<void> {
  const { net } = await openModel(path);
  if (json) {
    const { method, seed, weights, target } = net;
    printJson({
      method,
      seed,
      weights,
      target,
      layers: layersIn(net),
      ...pathsJson(net),
      ...(net instanceof GaterNet ? gatedJson(net) : {}),
      ...(net instanceof TseNet ? skeletonJson(net) : {}),
    });
    return;
  }
  print(summary(net));
  printFacts({
    Seed: String(net.seed),
    Predicts: predicted(net.target),
    ...(net instanceof GaterNet ? gatedFacts(net) : {}),
    ...(net instanceof TseNet ? skeletonFacts(net) : {}),
  });
  print('');
  printTable(net instanceof GaterNet ? backboneTable(net) : layerTable(net));
}

function predicted({ kind, outputs, names }: TargetInfo): string {
  const many = {
    classes: plural(outputs, 'class', 'classes'),
    tasks: plural(outputs, 'task'),
    values: plural(outputs, 'value'),
  };
  return `${many[kind]}${names ? `: ${names.join(', ')}` : ''}`;
}

function gatedJson({ network, multiplyAdds }: GaterNet): object {
  const { image, backbone, gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs, augmentation } =
    network.shape;
  return {
    image,
    backbone,
    ...(gater ? { gater, placement, bottleneck, bottleneckNorm, penalty, pretrainEpochs } : {}),
    ...(augmentation ? { augmentation } : {}),
    gates: network.gates,
    multiplyAdds,
  };
}

function gatedFacts({ network, multiplyAdds }: GaterNet): Record<string, string> {
  const { image, gater, placement } = network.shape;
  const { dense, gater: deciding } = multiplyAdds;
  return {
    Images: `${image.channels} x ${image.height} x ${image.width}`,
    ...(gater ? { Gates: `${count(network.gates)}, ${placement}` } : {}),
    'Multiply-adds per image': `${millions(dense)} with all filters${gater ? `; ${millions(deciding)} for the gater` : ''}`,
  };
}

function skeletonJson({ density, skeleton }: TseNet): object {
  const { levels, rows, logLikelihood, bic } = skeleton;
  return { density, skeleton: { levels, rows, logLikelihood, bic } };
}

function skeletonFacts({ density, skeleton }: TseNet): Record<string, string> {
  const { levels, rows, logLikelihood, bic } = skeleton;
  return {
    'Latent tree': `${levels.map(count).join(', ')} latents by level, learned from ${plural(rows, 'row')}`,
    'Log-likelihood, BIC': `${logLikelihood.toFixed(1)}, ${bic.toFixed(1)}`,
    'Density aimed at': String(density),
  };
}

function backboneTable(net: GaterNet): string[][] {
  return [
    ['Layer', 'output', 'kernel', 'stride', 'gates', 'multiply-adds'],
    ...backboneLayers(net).map(({ name, output, kernel, stride, gates, multiplyAdds }) => [
      name,
      output.join(' x '),
      kernel === undefined ? '' : `${kernel} x ${kernel}`,
      String(stride ?? ''),
      gates ? count(gates) : '',
      multiplyAdds ? count(multiplyAdds) : '',
    ]),
  ];
}

function layerTable({ layers, skipPaths }: Exclude<Net, GaterNet>): string[][] {
  return [
    ['Layer', 'inputs', 'sparse units', 'dense units', 'connections', 'density'],
    ...layers.map(({ inputs, sparseUnits, denseUnits, connections, density }, l) => [
      String(l + 1),
      ...[inputs, sparseUnits, denseUnits, connections].map(count),
      density.toFixed(3),
    ]),
    ...skipPaths.map(({ from, inputs, units, connections }) => [
      from === 0 ? 'Skip from features' : `Skip from ${from}`,
      ...[inputs, 0, units, connections].map(count),
      (1).toFixed(3),
    ]),
  ];
}
