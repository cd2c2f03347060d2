import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';

/** Which inputs each unit of a sparse layer sees: unit u has index[start[u]] to index[start[u + 1]], rising. */
export interface Connections {
  readonly inputs: number;
  readonly units: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** Connections in the engine's memory: compressed rows by unit, and an index by input into the same weights. */
export interface BoundConnections {
  readonly start: Address;
  readonly index: Address;
  readonly inputStart: Address;
  readonly inputUnit: Address;
  readonly inputPlace: Address;
}

export function bindConnections(
  engine: Engine,
  scope: Scope,
  { inputs, units, start, index }: Connections,
): BoundConnections {
  const bound = {
    start: scope.copy(start),
    index: scope.copy(index),
    inputStart: scope.bytes((inputs + 1) * 4),
    inputUnit: scope.bytes(index.length * 4),
    inputPlace: scope.bytes(index.length * 4),
  };
  engine.kernels.compress_columns(
    bound.inputStart,
    bound.inputUnit,
    bound.inputPlace,
    bound.start,
    bound.index,
    units,
    inputs,
  );
  return bound;
}
