import { fstatSync, writeFileSync } from 'node:fs';
import { fileError } from '../errors.js';

let report: 1 | 2 = 1;

/** From now on what is told goes to standard error: standard output is a file that the command writes. */
export function reportOnErrors(): void {
  report = 2;
}

/** What a person reads, or the next command. */
export function writeOut(contents: string | Uint8Array): void {
  try {
    writeDescriptor(report, contents);
  } catch (error) {
    throw fileError(error, report === 1 ? 'standard output' : 'standard error');
  }
}

/** Whether a person reads it at once. */
export function isShown(): boolean {
  return (report === 1 ? process.stdout : process.stderr).isTTY === true;
}

/** Writes all to an open file, or throws. Where Node's streams serve, for pipes and terminals, they do; of files they drop in silence what a full disk did not take. */
export function writeDescriptor(descriptor: number, contents: string | Uint8Array): void {
  const stream = descriptor === 1 ? process.stdout : descriptor === 2 ? process.stderr : undefined;
  if (stream && (stream.isTTY || !isFile(descriptor))) stream.write(contents);
  else writeFileSync(descriptor, contents);
}

function isFile(descriptor: number): boolean {
  const found = fstatSync(descriptor);
  return found.isFile() || found.isCharacterDevice();
}

/** What fails on the standard streams later, when nobody waits for it. `tell` says it on standard error. */
export function watchStreams(tell: (error: unknown) => number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `espalier predict ... | head` closes the pipe: that is no error.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    process.exit(tell(fileError(error, 'standard output')));
  });
  // Progress and messages that nobody can be told cost no work.
  process.stderr.on('error', () => {});
}
