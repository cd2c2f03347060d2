import type { Tensor } from 'espalier';

/** The units of a saved net's layer that see but some of its inputs. */
export function unitsOf(tensors: Record<string, Tensor>, layer: number) {
  const part = (name: string) => tensors[`layers.${layer}.sparse.${name}`]?.data;
  const start = part('start') as Int32Array | undefined;
  if (!start) return [];
  const index = part('index') as Int32Array;
  const weight = part('weight') as Float32Array;
  return Array.from({ length: start.length - 1 }, (_, unit) => ({
    inputs: index.slice(start[unit]!, start[unit + 1]!),
    weights: weight.slice(start[unit]!, start[unit + 1]!),
  }));
}
