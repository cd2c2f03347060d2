// Runs every test file with uvu, each in a process of its own, and counts from uvu's closing lines.
// node build/test/run.js [regex over file names] [--verbose] [--browser]
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

interface TestFile {
  readonly name: string;
  /** What Node loads: compiled from a .ts source, or the .mjs source itself. */
  readonly url: URL;
}

interface FileTime {
  readonly name: string;
  readonly seconds: number;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why the file counts as failed although no test of it did. */
  readonly trouble?: string;
  readonly output: string;
  readonly seconds: number;
}

const root = new URL('../../', import.meta.url);
const childFlag = '--one-file';
const minutesPerFile = 20;
const slowestShown = 10;
/** Files that start the command or a page again and again come first, so that no core waits for the last of them. */
const LONG =
  /^(cli\/(errors|gaternet|latent-tree|nets|odd-flags|reading|threads|tse)|docs\/snippets|field\/.*|hostile\/.*|browser\/(playground.*|site-read))\.test\.m?[jt]s$/;
/** What watches how soon a page has its turn. */
const ALONE = /^browser\/(playground-speed|threads|worker)\.test\.mjs$/;

if (process.argv[2] === childFlag) await runOne(process.argv[3]!);
else process.exitCode = await runAll(process.argv.slice(2));

/** In the child: uvu's own runner, which waits for the whole module before it runs the suites. */
async function runOne(url: string): Promise<void> {
  const { run } = await import('uvu/run');
  // uvu puts 'file:///' before the path; the rest of the URL is what keeps import.meta.url canonical.
  await run([{ name: '', file: url.slice('file:///'.length) }]);
}

async function runAll(args: readonly string[]): Promise<number> {
  const verbose = args.includes('--verbose');
  const browser = args.includes('--browser');
  const filter = args.find((arg) => !arg.startsWith('--'));
  const files = (browser ? browserFiles() : compiledFiles()).filter(
    (file) => !filter || new RegExp(filter).test(file.name),
  );

  // The guarded run watches single modules, and a run within a run has what it needs.
  if (!browser && files.length > 0 && !process.env.ESPALIER_GUARDED) await packCommand();

  const total = { passed: 0, failed: 0, skipped: 0 };
  const times: FileTime[] = [];
  const alone = files.filter(({ name }) => ALONE.test(name));
  const others = files.filter((file) => !alone.includes(file));
  others.sort((a, b) => Number(LONG.test(b.name)) - Number(LONG.test(a.name)));
  const work = async (queue: TestFile[]) => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const outcome = await runFile(file);
      report(file, outcome, verbose);
      times.push({ name: file.name, seconds: outcome.seconds });
      total.passed += outcome.passed;
      total.failed += outcome.failed;
      total.skipped += outcome.skipped;
    }
  };
  // Each of them starts two browsers, which have cores of their own to keep busy.
  const lanes = browser ? Math.min(2, availableParallelism()) : availableParallelism();
  await Promise.all(Array.from({ length: lanes }, () => work(others)));
  await work(alone);

  if (files.length > 1) reportSlowest(times);
  if (files.length === 0) console.error(filter ? `No test file matches ${filter}` : 'No test file found');
  const skipped = total.skipped ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** For all tests that run the command. */
async function packCommand(): Promise<void> {
  const { packedCopy } = await import('./support/packed-copy.js');
  process.env.ESPALIER_COMMAND ??= join(packedCopy(), 'dist', 'cli', 'main.js');
}

/** From the sources, so that what an earlier build left behind does not run. */
function compiledFiles(): TestFile[] {
  return sources('.test.ts')
    .filter((name) => !name.startsWith('browser/'))
    .map((name) => ({ name, url: new URL(`build/test/${name.slice(0, -'.ts'.length)}.js`, root) }));
}

function browserFiles(): TestFile[] {
  return sources('.test.mjs')
    .filter((name) => name.startsWith('browser/'))
    .map((name) => ({ name, url: new URL(`test/${name}`, root) }));
}

function sources(ending: string): string[] {
  const names = readdirSync(new URL('test/', root), { recursive: true, encoding: 'utf8' });
  // What is installed beside the tests has tests of its own.
  const own = names.map((name) => name.split(sep).join('/')).filter((name) => !name.includes('node_modules/'));
  return own.filter((name) => name.endsWith(ending)).sort();
}

async function runFile({ url }: TestFile): Promise<Outcome> {
  if (!existsSync(url)) {
    return { passed: 0, failed: 1, skipped: 0, trouble: `not compiled: ${url.pathname}`, output: '', seconds: 0 };
  }
  const started = performance.now();
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [...process.execArgv, script, childFlag, url.href], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
  });
  let output = '';
  const keep = (chunk: string) => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);

  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, minutesPerFile * 60_000);
  const ended = await new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  clearTimeout(timer);

  const counts = closingCounts(output);
  const trouble = timedOut ? `still running after ${minutesPerFile} minutes` : whyNotTrusted(counts, ended);
  return {
    passed: counts?.passed ?? 0,
    failed: Math.max(counts?.failed ?? 0, trouble ? 1 : 0),
    skipped: counts?.skipped ?? 0,
    ...(trouble ? { trouble } : {}),
    output,
    seconds: (performance.now() - started) / 1000,
  };
}

type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped'>;

/** uvu ends with Total, Passed and Skipped; undefined when it did not get that far. */
function closingCounts(output: string): Counts | undefined {
  const closing = /\n {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)\n/g;
  const last = [...stripVTControlCharacters(output).matchAll(closing)].at(-1);
  if (!last) return undefined;
  const [total, passed, skipped] = last.slice(1).map(Number) as [number, number, number];
  return { passed, failed: total - passed, skipped };
}

/** A file that crashed, or that ran nothing, must not look like one that passed. */
function whyNotTrusted(counts: Counts | undefined, ended: number | string | null): string | undefined {
  if (!counts) return `ended before uvu was done (${ended})`;
  if (counts.passed + counts.failed + counts.skipped === 0) return 'ran no test: is .run() missing?';
  if (counts.failed > 0 && ended === 0) return 'a before hook threw; uvu keeps what to itself';
  if (counts.failed === 0 && ended !== 0) return `all tests passed, but the process ended with ${ended}`;
  return undefined;
}

function report(file: TestFile, outcome: Outcome, verbose: boolean): void {
  const { passed, failed, skipped, trouble, output, seconds } = outcome;
  const counts = [`${passed} ok`, failed && `${failed} NOT OK`, skipped && `${skipped} left out`].filter(Boolean);
  console.log(`${failed ? '✘' : '✓'} ${file.name}  ${counts.join(', ')}  ${seconds.toFixed(1)} s`);
  if (trouble) console.log(`  ${trouble}`);
  if (failed || verbose) console.log(output.replace(/^/gm, '  '));
}

function reportSlowest(times: FileTime[]): void {
  const shown = times.sort((a, b) => b.seconds - a.seconds).slice(0, slowestShown);
  console.log(`\nThe slowest of ${times.length} files:`);
  for (const { name, seconds } of shown) console.log(`${seconds.toFixed(1).padStart(6)} s  ${name}`);
}
