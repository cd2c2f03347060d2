import { DenseNet, type Engine, TrfNet } from 'espalier';
import { readModelFile, writingModelFile } from '#dist/files/model-file.js';
import type { Tensor } from '#dist/files/safetensors.js';
import { methodNamed } from '#dist/models/registry.js';
import { Pace } from '#dist/runtime/pace.js';
import { inTurns } from '#dist/runtime/steps.js';
import { optionsFor, type Settings } from '../support/settings.js';
import { type Outcome, outcomeOf } from './contender.js';
import type { Parts } from './net-set.js';

/** Units of the net that is pruned, and the share of its hidden weights that is kept: about as many as a receptive-field net has. */
const [UNITS, KEPT] = [200, 0.1];

/** A dense net, trained, its smallest hidden weights taken out, trained again: Han et al. 2015, "Learning both Weights and Connections". */
export async function pruned(engine: Engine, settings: Settings, parts: Parts, seed: number): Promise<Outcome> {
  const began = performance.now();
  const { learn, fit } = optionsFor(methodNamed('dense'), parts.train, settings);
  const dense = await DenseNet.create(parts.train, { seed, ...learn, hidden: [UNITS], engine });
  await dense.fit(parts.train, { ...fit, validation: parts.validation });
  const net = await TrfNet.load(await thinned(await dense.save()), { engine });
  dense.dispose();
  return outcomeOf(net, parts, began, fit);
}

/** The file of a net of one dense hidden layer with the largest of its weights alone. */
export async function thinned(saved: Uint8Array): Promise<Uint8Array> {
  const { tensors, header } = await readModelFile(saved);
  const { 'layers.0.dense.weight': dense, ...rest } = tensors;
  const [units, inputs] = dense!.shape as [number, number];
  const weights = dense!.data as Float32Array;
  const sizes = weights.map(Math.abs).sort();
  const least = sizes[Math.floor((1 - KEPT) * sizes.length)]!;
  const start = new Int32Array(units + 1);
  const index: number[] = [];
  const kept: number[] = [];
  for (let u = 0; u < units; u++) {
    const own = weights.subarray(u * inputs, (u + 1) * inputs);
    // A unit has one input at least.
    const most = own.reduce((max, w) => Math.max(max, Math.abs(w)), 0);
    own.forEach((w, i) => {
      if (Math.abs(w) < Math.min(least, most)) return;
      index.push(i);
      kept.push(w);
    });
    start[u + 1] = index.length;
  }
  const sparse: Record<string, Tensor> = {
    'layers.0.sparse.weight': { shape: [kept.length], data: Float32Array.from(kept) },
    'layers.0.sparse.start': { shape: [start.length], data: start },
    'layers.0.sparse.index': { shape: [index.length], data: Int32Array.from(index) },
  };
  const shape = { ...(header.shape as object), hidden: [{ sparse: units, dense: 0 }] };
  const changed = { ...header, method: 'trf', origin: [], shape };
  return inTurns(writingModelFile({ ...rest, ...sparse }, changed), new Pace());
}
