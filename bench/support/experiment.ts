// What bench/agnews.ts and bench/tox21.ts share: runs of a net with given settings, one process each, and the tables of their results.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createEngine, type Dataset, type FeedforwardNet } from 'espalier';
import { parseSparseText, type SparseTextOptions } from 'espalier/read';
import { deviation, mean } from '#dist/cli/bench/statistics.js';
import type { Method } from '#dist/models/method.js';
import { methodNamed } from '#dist/models/registry.js';
import { formatTable, megabytes, printHeader } from './report.js';
import { describeSettings, type MethodOptions, optionsFor, type Settings } from './settings.js';

/** A data set; the layers and the training of nets are the defaults of the package, which are the papers'. */
export interface Experiment {
  readonly name: string;
  /** Folder of ../shared/data with train.txt, valid.txt and test.txt. */
  readonly folder: string;
  readonly text: () => SparseTextOptions;
  readonly metric: 'accuracy' | 'meanAuc';
  /** Widths of hidden layers to choose the dense net from. */
  readonly shapes: readonly (readonly number[])[];
}

/** One run: a net of one seed. */
interface Order {
  readonly method: NetName;
  /** Dense nets: widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly seed: number;
  readonly rows: number;
  readonly settings: Settings;
  /** What is varied, `density=0.1`. */
  readonly label: string;
  readonly coherence: boolean;
  /** Of the engine; 0 for all cores. */
  readonly threads: number;
}

/** A backbone is a TSE-net without skip-paths. */
const NETS = ['trf', 'tse', 'backbone', 'dense'] as const;
type NetName = (typeof NETS)[number];

export interface RunResult {
  readonly data: string;
  readonly method: string;
  readonly layers: string;
  readonly seed: number;
  readonly settings: string;
  readonly label: string;
  readonly metric: string;
  readonly test: number;
  readonly validation: number;
  readonly bestEpoch: number;
  readonly epochs: number;
  readonly weights: number;
  /** Of growing all phases of the method. */
  readonly seconds: { load: number; grow: Record<string, number>; fit: number; evaluate: number };
  /** Mean NPMI of the hidden units' top features on the training rows, of each hidden layer. */
  readonly coherence: readonly (number | null)[];
  /** Structure and ten epochs: all but loading and evaluating, with the time of ten epochs. */
  readonly tenEpochs: number;
  /** The most resident memory the process ever had, bytes. */
  readonly peakRss: number;
  /** The most of the engine's memory in use at once, bytes. */
  readonly peakEngine: number;
}

/** What --paper sets. */
const PAPER = ['preset=paper'];

/** Folder of the data that development machines have beside the checkout. */
const SHARED = new URL('../../../../shared/data/', import.meta.url);

export async function runExperiment(experiment: Experiment): Promise<void> {
  const order = process.env.ESPALIER_BENCH_RUN;
  if (order !== undefined) {
    const result = await perform(experiment, JSON.parse(order) as Order);
    process.send!(result);
    return;
  }
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '0,1,2' },
      epochs: { type: 'string' },
      pretrain: { type: 'string' },
      nets: { type: 'string', default: 'trf' },
      coherence: { type: 'boolean', default: false },
      shapes: { type: 'string' },
      rows: { type: 'string', default: '0' },
      threads: { type: 'string', default: '0' },
      paper: { type: 'boolean', default: false },
      set: { type: 'string', multiple: true, default: [] },
      sweep: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  if (!existsSync(new URL(`${experiment.folder}/train.txt`, SHARED))) {
    console.log(`${experiment.name}: ../shared/data/${experiment.folder} is not here; nothing to run`);
    return;
  }
  const seeds = integers(values.seeds, '--seeds');
  const [rows] = integers(values.rows, '--rows');
  const [threads] = integers(values.threads, '--threads');
  const shapes = values.shapes?.split('/').map((shape) => integers(shape.replaceAll('-', ','), '--shapes'));
  const assignments = [...(values.paper ? PAPER : []), ...values.set];
  if (values.epochs !== undefined) assignments.push(`epochs=${values.epochs}`);
  if (values.pretrain !== undefined) assignments.push(`pretrain.epochs=${values.pretrain}`);
  const settings = describeSettings(assignments);
  if (!values.json) {
    printHeader(`${experiment.name}: defaults${settings.text ? `, but ${settings.text}` : ''}`);
  }

  const groups = methods(values.nets).flatMap((method): { method: NetName; hidden: readonly number[] }[] =>
    method === 'dense' ? (shapes ?? experiment.shapes).map((hidden) => ({ method, hidden })) : [{ method, hidden: [] }],
  );
  const results: RunResult[][] = [];
  const points = sweepOf(values.sweep).map((more) => ({
    ...describeSettings([...assignments, ...more]),
    label: more[0],
  }));
  for (const { group, point } of groups.flatMap((group) => points.map((point) => ({ group, point })))) {
    const runs: RunResult[] = [];
    for (const seed of seeds) {
      if (process.stderr.isTTY) process.stderr.write(`${group.method} ${group.hidden.join('-')} seed ${seed} ...\r`);
      const { coherence } = values;
      const order = {
        ...group,
        ...{ seed, rows: rows!, settings: point.values, label: point.label ?? '', coherence, threads: threads! },
      };
      runs.push(await inChild(order));
      if (values.json) console.log(JSON.stringify(runs[runs.length - 1]));
    }
    results.push(runs);
  }
  if (!values.json) printResults(results);
}

/** A process of its own for each run, so that its peak memory is its own. */
function inChild(order: Order): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1]!, [], {
      env: { ...process.env, ESPALIER_BENCH_RUN: JSON.stringify(order) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: RunResult | undefined;
    child.on('message', (message) => {
      result = message as RunResult;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (result && code === 0) resolve(result);
      else reject(new Error(`the run of ${order.method} with seed ${order.seed} ended with ${code}`));
    });
  });
}

/** The method that makes a net of this name, and its options. */
function madeBy({ method, hidden, seed, settings }: Order, train: Dataset): { by: Method; options: MethodOptions } {
  const by = methodNamed(method === 'backbone' ? 'tse' : method);
  const { learn, fit } = optionsFor(by, train, settings);
  const own = method === 'dense' ? { hidden } : method === 'backbone' ? { skipPaths: false } : {};
  return { by, options: { learn: { ...learn, ...own, seed }, fit } };
}

async function perform(experiment: Experiment, order: Order): Promise<RunResult> {
  const { method, seed, rows, settings, threads } = order;
  const began = performance.now();
  const [train, validation, test] = ['train', 'valid', 'test'].map((part) => load(experiment, part, rows));
  const loaded = performance.now();
  const engine = await createEngine(threads > 0 ? { threads } : {});
  const { by, options } = madeBy(order, train!);
  const net = (await by.learn(train!, options.learn, { engine })) as FeedforwardNet;
  const grow: Record<string, number> = { ...net.growSeconds };
  const fitting = performance.now();
  const { history, bestEpoch } = await net.fit(train!, { ...options.fit, validation: validation! });
  const fitted = performance.now();
  const evaluation = await net.evaluate(test!);
  const evaluated = performance.now();
  const fit = (fitted - fitting) / 1000;
  const explained = order.coherence ? (await net.explain(train!, { coherence: test! })).layers : [];
  return {
    data: experiment.name,
    method,
    layers: net.layers
      .slice(0, -1)
      .map(({ sparseUnits, denseUnits }) => [sparseUnits, denseUnits].filter((units) => units > 0).join('+'))
      .join(', '),
    seed,
    settings: settings.map(([key, text]) => `${key}=${text}`).join(' '),
    label: order.label,
    metric: experiment.metric,
    test: evaluation[experiment.metric]!,
    validation: history[Math.max(0, bestEpoch - 1)]!.validation![experiment.metric]!,
    bestEpoch,
    epochs: history.length,
    weights: net.weights,
    seconds: {
      load: (loaded - began) / 1000,
      grow,
      fit,
      evaluate: (evaluated - fitted) / 1000,
    },
    coherence: explained.map(({ coherence }) => coherence),
    tenEpochs: (fitting - loaded) / 1000 + (10 * fit) / history.length,
    peakRss: process.resourceUsage().maxRSS * 1024,
    peakEngine: engine.arena.peak,
  };
}

function load({ folder, text }: Experiment, part: string, rows: number): Dataset {
  const data = parseSparseText(readFileSync(new URL(`${folder}/${part}.txt`, SHARED), 'utf8'), text());
  if (rows === 0 || rows >= data.rows) return data;
  return data.subset(Int32Array.from({ length: rows }, (_, r) => r));
}

/** Lines of a text file of the data set. */
export function sharedLines(path: string): string[] {
  return readFileSync(new URL(path, SHARED), 'utf8').trim().split('\n');
}

function printResults(results: readonly RunResult[][]): void {
  const spread = (runs: readonly RunResult[], of: (run: RunResult) => number) => {
    const numbers = runs.map((run) => 100 * of(run));
    return `${mean(numbers).toFixed(2)} ± ${deviation(numbers).toFixed(2)}`;
  };
  const average = (runs: readonly RunResult[], of: (run: RunResult) => number, digits = 1) =>
    mean(runs.map(of)).toFixed(digits);
  const dense = results.filter(([run]) => run!.method === 'dense');
  const validation = (runs: readonly RunResult[]) => mean(runs.map((run) => run.validation));
  const chosen = dense.length
    ? dense.reduce((best, runs) => (validation(runs) > validation(best) ? runs : best))
    : undefined;
  const metric = results[0]![0]!.metric === 'accuracy' ? 'accuracy' : 'mean AUC';
  const header = [
    'net',
    'hidden units',
    `test ${metric}, %`,
    'validation',
    'weights',
    'grow s',
    'fit s',
    'to 10 epochs s',
    'best epochs',
    'NPMI',
    'peak RSS',
    'engine',
  ];
  const rows = results.map((runs) => [
    `${runs[0]!.method} ${runs[0]!.label}`.trim() +
      (runs === chosen && dense.length > 1 ? ' (best on validation)' : ''),
    runs[0]!.layers,
    spread(runs, (run) => run.test),
    spread(runs, (run) => run.validation),
    average(runs, (run) => run.weights, 0),
    average(runs, (run) => total(run.seconds.grow)),
    average(runs, (run) => run.seconds.fit),
    average(runs, (run) => run.tenEpochs),
    runs.map((run) => `${run.bestEpoch}/${run.epochs}`).join(' '),
    coherenceText(runs),
    megabytes(Math.max(...runs.map((run) => run.peakRss))),
    megabytes(Math.max(...runs.map((run) => run.peakEngine))),
  ]);
  console.log(formatTable(header, rows));
  for (const runs of results) {
    const phases = Object.keys(runs[0]!.seconds.grow);
    if (phases.length === 0) continue;
    const seconds = phases.map((phase) => `${phase} ${average(runs, (run) => run.seconds.grow[phase]!, 2)}`);
    console.log(`\nGrowing the ${`${runs[0]!.method} ${runs[0]!.label}`.trim()} net, s: ${seconds.join(', ')}`);
  }
  if (!chosen) return;
  for (const runs of results) {
    if (runs[0]!.method === 'dense') continue;
    const share = mean(runs.map((run) => run.weights)) / chosen[0]!.weights;
    const lead = 100 * (mean(runs.map((run) => run.test)) - mean(chosen.map((run) => run.test)));
    console.log(
      `The ${`${runs[0]!.method} ${runs[0]!.label}`.trim()} net has ${(100 * share).toFixed(1)} % of the chosen dense net's weights and is ${Math.abs(lead).toFixed(2)} points ${lead >= 0 ? 'ahead' : 'behind'}.`,
    );
  }
}

function total(seconds: Record<string, number>): number {
  return Object.values(seconds).reduce((sum, s) => sum + s, 0);
}

/** Means over the seeds, layer by layer. */
function coherenceText(runs: readonly RunResult[]): string {
  const layers = Math.min(...runs.map((run) => run.coherence.length));
  const each = Array.from({ length: layers }, (_, l) => mean(runs.map((run) => run.coherence[l] ?? 0)).toFixed(3));
  return each.join(' ') || '-';
}

/** `key=a/b/c` as `key=a`, `key=b`, `key=c`; nothing to vary is one point. */
function sweepOf(sweep: string): string[][] {
  if (sweep === '') return [[]];
  const at = sweep.indexOf('=');
  return sweep
    .slice(at + 1)
    .split('/')
    .map((value) => [`${sweep.slice(0, at)}=${value}`]);
}

function methods(list: string): NetName[] {
  return list.split(',').map((name) => {
    if (!NETS.includes(name as NetName))
      throw new RangeError(`--nets: expected some of ${NETS.join(', ')}; got ${JSON.stringify(name)}`);
    return name as NetName;
  });
}

function integers(list: string, option: string): number[] {
  return list.split(',').map((text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
      throw new RangeError(`${option}: expected integers from 0, got ${JSON.stringify(text)}`);
    }
    return value;
  });
}
