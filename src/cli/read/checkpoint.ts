import type { Identity } from '../../files/identity.js';
import { damagedState, packState, unpackState } from '../../files/state.js';
import { atOnce } from '../../runtime/steps.js';
import { inFile } from '../errors.js';
import { writeAtomically } from '../write/atomic.js';
import { readBytes } from './bytes.js';

const KEY = 'espalier.run';

/** How far a run is: inside growing, or with the net grown and inside fit. */
export type RunState = { growth: Uint8Array } | { net: Uint8Array; fit: Uint8Array };

export function writeRun(path: string, identity: Identity, state: RunState): void {
  const tensors = Object.fromEntries(
    Object.entries(state).map(([name, data]) => [name, { shape: [data.length], data }]),
  );
  writeAtomically(path, atOnce(packState(KEY, identity, {}, tensors)));
}

/** What writeRun wrote; refuses a run of other settings, and says which. */
export function readRun(path: string, identity: Identity): Promise<RunState> {
  return inFile(path, () => {
    const { tensors } = unpackState(KEY, identity, readBytes(path), '--resume');
    const part = (name: string) => {
      const data = tensors[name]?.data;
      return data instanceof Uint8Array ? data : undefined;
    };
    const [growth, net, fit] = [part('growth'), part('net'), part('fit')];
    if (growth) return { growth };
    if (net && fit) return { net, fit };
    throw damagedState('it holds neither growth nor a net and its fit', '--resume');
  });
}
