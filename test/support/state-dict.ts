import { Dataset, type Engine, GaterNet, readSafetensors, writeSafetensors } from 'espalier';

/** Weights under the names of google-research/gaternet, as GaterNet.fromStateDict takes them: a small net's own, without what says that they are ours. */
export async function stateDictOf(engine: Engine): Promise<Uint8Array> {
  const values = Uint8Array.from({ length: 2 * 3 * 64 }, (_, i) => (i * 37) % 256);
  const images = Dataset.images({ channels: 3, height: 8, width: 8, values, labels: [0, 1] });
  const small = { kind: 'resnet', depth: 8, width: 1 } as const;
  const options = { backbone: small, gater: small, placement: 'every-conv', bottleneck: 2, engine } as const;
  const net = await GaterNet.create(images, options);
  const { tensors } = readSafetensors(net.save());
  net.dispose();
  return writeSafetensors(tensors);
}
