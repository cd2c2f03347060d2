// npm run bench -- [--part NAME ...] [--quick] [--full] [--threads N] [--wide] [--precision relaxed] [--json] [--write] [--browser chromium|firefox]: the package beside its peers, which it installs into bench/peers
// first; with --write into docs/RESULTS.md and docs/peers.svg. `npx espalier bench` is the same suite for who installed the package.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installedIn } from '#dist/cli/bench/installed.js';
import { PARTS, type Part } from '#dist/cli/bench/parts.js';
import { OURS } from '#dist/cli/bench/peers/espalier.js';
import { runTasks } from '#dist/cli/bench/run.js';
import { digits, spread } from '#dist/cli/bench/spread.js';
import type { Measured } from '#dist/cli/bench/suite.js';
import { linesOf, lossLines } from '#dist/cli/bench/words.js';
import { type Fresh, freshProcesses } from './support/fresh.js';
import { pageBytes } from './support/page-bytes.js';
import { requirePeers } from './support/peers.js';
import { peersPlot } from './support/peers-plot.js';
import { formatTable, megabytes, printHeader } from './support/report.js';
import { markdownTable, writeBetween } from './support/results-file.js';

const root = new URL('../../', import.meta.url);
const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    wide: { type: 'boolean' },
    precision: { type: 'string', default: 'strict' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    browser: { type: 'string' },
  },
});
const threads = Number(values.threads);
if (!Number.isInteger(threads) || threads < 1)
  throw new RangeError(`--threads: expected an integer from 1, got ${values.threads}`);
const { precision, wide } = values;
if (precision !== 'strict' && precision !== 'relaxed')
  throw new RangeError(`--precision: expected strict or relaxed, got ${precision}`);
const known = [...Object.keys(PARTS), 'fresh', 'bytes'];
const parts = values.part ?? known;
const unknown = parts.find((part) => !known.includes(part));
if (unknown !== undefined) throw new RangeError(`--part: expected one of ${known.join(', ')}, got ${unknown}`);
if (values.browser !== undefined) {
  const script = fileURLToPath(new URL('bench/suite-in-page.mjs', root));
  const more = values.full ? ['--full'] : [];
  const given = ['--browser', values.browser, ...more, ...(values.part ?? []).flatMap((part) => ['--part', part])];
  process.exit(spawnSync(process.execPath, [script, ...given], { stdio: 'inherit' }).status ?? 1);
}

if (!values.json) printHeader('Espalier beside its peers');
requirePeers('onnxruntime-web');
const folder = fileURLToPath(new URL('bench/peers/', root));
const modules = installedIn(folder);
const say = (line: string) => {
  if (!values.json) console.log(line);
};
const { measured, absent, peers, build } = await runTasks(modules, {
  parts: parts.filter((part): part is Part => part in PARTS),
  ...{ quick: values.quick, full: values.full, engine: { threads, wide, precision } },
  onTask: (one) => say(`${formatTable(['', '', ''], linesOf(one)).split('\n').slice(2).join('\n')}\n`),
});
const kernels = build.wide ? 'wide registers' : 'registers of 128 bits';
const ran = `${threads === 1 ? 'one thread' : `${threads} threads`} of ${OURS}, ${build.precision === 'relaxed' ? 'relaxed kernels, ' : ''}${kernels}`;
if (wide && !build.wide) say(`Not in wide registers: ${build.reasons.join('; ')}.\n`);
const fresh = parts.includes('fresh') ? freshProcesses(folder, modules, values.quick ? 1 : 5) : [];
const bytes = parts.includes('bytes') ? pageBytes() : [];
const firsts = firstsTable(fresh, bytes);
const told = [
  ...lossLines(measured),
  ...firstLosses(fresh, bytes),
  ...measured.flatMap(({ name, shape, refused }) =>
    refused.map(({ peer, why }) => `${name}, ${shape}: ${peer} was not timed: ${why}.`),
  ),
  ...(absent.length > 0 ? [`Not installed here: ${absent.join(', ')}.`] : []),
];
if (values.json) console.log(JSON.stringify({ measured, absent, peers, fresh, bytes }, null, 2));
else {
  if (firsts.rows.length > 0) say(`${formatTable(firsts.header, firsts.rows)}\n`);
  for (const line of told) say(line);
}
if (values.write) write();
if (measured.some(({ refused }) => refused.length > 0)) process.exitCode = 1;

function firstsTable(started: readonly Fresh[], loaded: ReturnType<typeof pageBytes>) {
  const names = [...new Set([...started, ...loaded].map(({ peer }) => plainName(peer)))];
  const rows = names.map((name) => {
    const one = started.find(({ peer }) => plainName(peer) === name);
    const page = loaded.find(({ peer }) => plainName(peer) === name);
    return [
      one?.peer ?? name,
      one ? spread(one) : '',
      one ? `${megabytes(one.bytes)} (${one.byteQuartiles.map((q) => (q / 1e6).toFixed(1)).join(' to ')})` : '',
      page ? `${(page.bytes / 1000).toFixed(0)} kB` : '',
    ];
  });
  return { header: ['', 'import to first product', 'most memory', 'loaded by a page, gzipped'], rows };
}

function plainName(peer: string): string {
  return peer.replace(/ \d[\d.]*/, '');
}

/** Where others start sooner, take less memory or load less. */
function firstLosses(started: readonly Fresh[], loaded: ReturnType<typeof pageBytes>): string[] {
  const behind = (what: string, all: readonly { peer: string; value: number }[]) => {
    const own = all.find(({ peer }) => peer === OURS)?.value ?? 0;
    const better = all
      .filter(({ value }) => 1.02 * value < own)
      .map(({ peer, value }) => `${peer} (${digits(own / value)} times)`);
    return better.length > 0 ? [`${OURS} ${what} than ${better.join(', ')}.`] : [];
  };
  return [
    ...behind(
      'starts more slowly',
      started.map(({ peer, ms }) => ({ peer, value: ms })),
    ),
    ...behind(
      'takes more memory',
      started.map(({ peer, bytes: value }) => ({ peer, value })),
    ),
    ...behind(
      'makes a page load more',
      loaded.map(({ peer, bytes: value }) => ({ peer, value })),
    ),
  ];
}

/** One column each for those that do most, one for all others. */
function table(all: readonly Measured[]): string[] {
  const columns = [OURS, 'plain JavaScript', ...peers.filter((peer) => /^(TensorFlow|ONNX|jax|PyTorch)/.test(peer))];
  const cell = ({ times }: Measured, peer: string) => {
    const time = times.find((one) => one.peer === peer);
    return time ? spread(time) : '';
  };
  const rows = all.map((one) => {
    const others = one.times
      .filter(({ peer }) => !columns.includes(peer))
      .map((time) => `${time.peer} ${spread(time)}`);
    return [`${one.name}, ${one.shape}`, ...columns.map((peer) => cell(one, peer)), others.join('; ')];
  });
  return markdownTable(['', ...columns, 'others'], rows);
}

function write(): void {
  const machine = `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, Node ${process.versions.node}`;
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim();
  writeFileSync(new URL('docs/peers.svg', root), peersPlot(measured, OURS));
  const tolerance = [...new Set(measured.map((one) => one.tolerance))].sort((a, b) => a - b).join(', ');
  writeBetween(new URL('docs/RESULTS.md', root), 'peers', [
    `\`${command}\`, ${machine}, ${ran}, and one thread of each other. Medians, quartiles in brackets, by turns; in one process, but PyTorch and SciPy each in one of its own and by its own clock, and PLINK by one for each run. Each result lies within a share of the largest number (${tolerance}, by task) of plain JavaScript's, compared before timing.`,
    '',
    '![How many times the time of Espalier others take, by task](peers.svg)',
    '',
    ...table(measured),
    '',
    ...(firsts.rows.length > 0 ? [...markdownTable(firsts.header, firsts.rows), ''] : []),
    ...told.map((line) => `- ${line}`),
  ]);
  say('Written to docs/RESULTS.md and docs/peers.svg.');
}
