// The real command as a person's shell would start it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Standard input; nothing by default. */
  input?: string | Uint8Array;
  /** Called with the process once it runs. */
  during?: (child: ReturnType<typeof spawn>) => void;
}

/** As it is packed where the runner packed it, which starts in half the time; otherwise of single modules. */
export const MAIN =
  process.env.ESPALIER_COMMAND ?? fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A folder of its own for a test file; `remove` takes it away. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'espalier-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file and returns its path. */
  file(name: string, contents: string | Uint8Array): string {
    writeFileSync(this.path(name), contents);
    return this.path(name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function espalier(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  // It may end without having read all.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  options.during?.(child);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What a command says on standard error of what it reads and does; everything else there is a fault. */
const SAID = /^espalier: (read .+|words of .+|warning: .+|progress: .+)$/;

/** Runs it and expects success, and on standard error nothing but what was read. */
export async function succeeds(args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stderr, stdout } = await espalier(args, options);
  const wrong = stderr.split('\n').some((line) => line !== '' && !SAID.test(line));
  if (code !== 0 || wrong) throw new Error(`espalier ${args.join(' ')}: exit code ${code}, stderr: ${stderr}`);
  return stdout;
}

/** Runs it with --json: one object on standard output. */
export async function answers<T = Record<string, unknown>>(args: readonly string[], options?: RunOptions): Promise<T> {
  return JSON.parse(await succeeds([...args, '--json'], options)) as T;
}

/** Expects exit code 2, nothing on standard output, and on standard error what was read and one line that matches, of a table one a trouble and the command that goes on. */
export async function refused(args: readonly string[], message: RegExp, options?: RunOptions): Promise<void> {
  const { code, stdout, stderr } = await espalier(args, options);
  const told = `espalier ${args.join(' ')}: exit code ${code}, stdout: ${stdout.slice(0, 200)}, stderr: ${stderr}`;
  if (code !== 2) throw new Error(`expected exit code 2 of ${told}`);
  if (stdout !== '') throw new Error(`expected nothing on standard output of ${told}`);
  const lines = stderr.split('\n').filter((line) => !SAID.test(line));
  if (!/^espalier: [^\n]+\n(?: {2}[^\n]+\n)*(?:This goes on:\n {2}espalier [^\n]+\n)?$/.test(lines.join('\n')))
    throw new Error(`expected one line on standard error of ${told}`);
  if (!message.test(stderr)) throw new Error(`expected ${message} of ${told}`);
}
