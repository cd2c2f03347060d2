import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import { inFile, UserError } from '../errors.js';
import { writeAtomically } from '../print/output.js';
import { readBytes } from './input-file.js';

const KEY = 'espalier.run';

/** Options and data of a run, by name: what must be equal to go on with it. */
export type RunSettings = Record<string, unknown>;

/** How far a run is: inside growing, or with the net grown and inside fit. */
export type RunState = { growth: Uint8Array } | { net: Uint8Array; fit: Uint8Array };

export function writeRun(path: string, settings: RunSettings, state: RunState): void {
  const tensors = Object.fromEntries(
    Object.entries(state).map(([name, data]) => [name, { shape: [data.length], data }]),
  );
  writeAtomically(path, writeSafetensors(tensors, { [KEY]: JSON.stringify(settings) }));
}

/** What writeRun wrote; refuses a run of other settings, and says which. */
export async function readRun(path: string, settings: RunSettings): Promise<RunState> {
  const { tensors, metadata } = await inFile(path, () => readSafetensors(readBytes(path)));
  const text = metadata[KEY];
  if (text === undefined)
    throw new UserError(`${path}: expected what train --checkpoint wrote, got another safetensors file`);
  let saved: RunSettings;
  try {
    saved = JSON.parse(text);
  } catch {
    throw new UserError(`${path}: the checkpoint is damaged`);
  }
  for (const name of Object.keys({ ...saved, ...settings })) {
    const [was, is] = [JSON.stringify(saved[name]), JSON.stringify(settings[name])];
    if (was === is) continue;
    const difference = /data$/i.test(name)
      ? `the ${name} is another`
      : `${name} was ${was ?? 'not given'} and is ${is ?? 'not given'}`;
    throw new UserError(`${path}: expected a checkpoint of the same run, but ${difference}`);
  }
  const part = (name: string) => {
    const data = tensors[name]?.data;
    return data instanceof Uint8Array ? data : undefined;
  };
  const [growth, net, fit] = [part('growth'), part('net'), part('fit')];
  if (growth) return { growth };
  if (net && fit) return { net, fit };
  throw new UserError(`${path}: the checkpoint is damaged`);
}
