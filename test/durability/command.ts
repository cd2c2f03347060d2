import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from 'espalier';
import { type Ended, MAIN } from '../support/cli.js';
import type { Scenario } from './scenarios.js';
import type { Trap } from './trap.js';

const TRAP = new URL('trap.js', import.meta.url).href;
const OLD = 'what was there before\n';

/** A fault: what was found, in one line. */
export class Fault extends Error {}

export interface How {
  readonly trap?: Trap;
  /** A signal after so many ms. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly after: number };
}

/** Runs the command to its end, whatever ends it. */
export function run(args: readonly string[], { trap, signal }: How = {}): Promise<Ended> {
  const imports = trap ? ['--import', TRAP] : [];
  const child = spawn(process.execPath, [...imports, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(trap ? { ESPALIER_TRAP: JSON.stringify(trap) } : {}) },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const timer = signal && setTimeout(() => child.kill(signal.name), signal.after);
  return new Promise((resolve) => {
    child.on('close', (code, by) => {
      clearTimeout(timer);
      resolve({ code, signal: by, stdout, stderr });
    });
  });
}

/** What a scenario writes when nothing happens to it. */
export interface Reference {
  readonly files: ReadonlyMap<string, Buffer>;
  /** Calls that change the file system. */
  readonly calls: number;
  /** How long it takes here, ms. */
  readonly time: number;
}

export async function reference(scenario: Scenario, folder: string, count: string): Promise<Reference> {
  await scenario.prepare?.();
  const begun = performance.now();
  const { code, stderr } = await run(scenario.args(folder), { trap: { at: 0, count } });
  const time = performance.now() - begun;
  if (code !== 0) throw new Error(`${scenario.name}: exit code ${code}, ${stderr}`);
  const files = new Map(scenario.outputs.map((name) => [name, readFileSync(join(folder, name))]));
  return { files, calls: Number(readFileSync(count, 'utf8')), time };
}

/** Files that the outputs are to replace. */
export function putOld({ outputs }: Scenario, folder: string): void {
  for (const name of outputs) writeFileSync(join(folder, name), OLD, { mode: 0o600 });
}

/** Every target is the old file or the whole new one, and a checkpoint is whole. `left`: whether a killed process may have left something of its own. */
export function check({ outputs, checkpoint }: Scenario, { files }: Reference, folder: string, left: boolean): void {
  for (const name of outputs) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new Fault(`${name} is gone`);
    const bytes = readFileSync(path);
    if (!bytes.equals(files.get(name)!) && bytes.toString() !== OLD)
      throw new Fault(`${name} is neither old nor whole`);
    const mode = statSync(path).mode & 0o777;
    if (process.platform !== 'win32' && mode !== 0o600) throw new Fault(`${name} has mode ${mode.toString(8)}`);
  }
  if (checkpoint && existsSync(join(folder, checkpoint))) {
    try {
      readSafetensors(readFileSync(join(folder, checkpoint)));
    } catch (error) {
      throw new Fault(`the checkpoint is damaged: ${(error as Error).message}`);
    }
  }
  const known = [...outputs, ...(checkpoint ? [checkpoint] : [])];
  const strange = readdirSync(folder).filter((name) => !known.includes(name));
  const own = (name: string) =>
    known.some((one) => name.startsWith(`.${one}.`)) && /\.(lock|\d+\.[0-9a-f]{8}\.tmp)$/.test(name);
  const wrong = left ? strange.filter((name) => !own(name)) : strange;
  if (wrong.length > 0) throw new Fault(`left behind: ${wrong.join(', ')}`);
}

/** Runs to the end, from the checkpoint where there is one, and expects all that a run without trouble writes and nothing else. */
export async function finish(scenario: Scenario, whole: Reference, folder: string): Promise<void> {
  const { code, stderr } = await run(resumed(scenario, folder));
  if (code !== 0) throw new Fault(`the next run: exit code ${code}, ${stderr}`);
  check(scenario, whole, folder, false);
  for (const [name, bytes] of whole.files)
    if (!readFileSync(join(folder, name)).equals(bytes)) throw new Fault(`the next run wrote another ${name}`);
}

export function resumed({ args, checkpoint }: Scenario, folder: string): string[] {
  const file = checkpoint && join(folder, checkpoint);
  return [...args(folder), ...(file && existsSync(file) ? ['--resume', file] : [])];
}
