import { basename } from 'node:path';
import type { Command } from 'commander';
import type { OptionsOf } from '../../check/option.js';
import { latentTreeToDot } from '../../drawings/latent/dot.js';
import { latentTreeToSvg } from '../../drawings/latent/drawing.js';
import { latentTreeToHtml } from '../../drawings/latent/page.js';
import { latentProgress } from '../../models/tse/method.js';
import { percentOf } from '../../numeric/format.js';
import { ASSIGN } from '../../structure/latent/assignment.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';
import { learnLatentTree } from '../../structure/latent/learning.js';
import { LATENT_TREE, type LatentTreeSeconds } from '../../structure/latent/options.js';
import { byShare, topLatents, wordOf } from '../../structure/latent/topics.js';
import { TOPICS } from '../../structure/latent/topics-json.js';
import { UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { addDocumentOptions, DOCUMENT_FLAGS, type DocumentTexts, readDocumentTexts } from '../flags/documents.js';
import { InputArgument, InputOption, OutputOption } from '../flags/files.js';
import { flagsOf, kebab } from '../flags/flag.js';
import { readFlags } from '../flags/read.js';
import { TABLE_FLAGS } from '../flags/reading.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, type DataOptions, type Format, integer, isRowFormat } from '../options.js';
import { count, duration, likelihoodText, plural, print, printJson, rounded } from '../print/output.js';
import { Progress } from '../print/progress.js';
import { documentFields, say, takenFields, tellDocuments, tellTaken } from '../print/told.js';
import { loadToLearn } from '../read/data.js';
import { openDocuments } from '../read/documents.js';
import { latentTreeText, loadLikeTree, type OpenedTree, openLatentTree, sourceOf } from '../read/latent-file.js';
import type { Loaded } from '../read/loaded.js';
import { writeAtomically, writePieces } from '../write/atomic.js';
import { drawnFiles, endingOf } from './drawn.js';
import {
  type Assigned,
  type AssignedRow,
  documentsOf,
  type Levels,
  latentsOf,
  levelList,
  linesOf,
  rowsOf,
  summed,
} from './latent-assign.js';

const FLAGS = flagsOf(LATENT_TREE);
const ASSIGN_FLAGS = flagsOf({ assignment: ASSIGN.assignment });

interface LatentTreeOptions extends Omit<DataOptions, 'format'>, DocumentTexts {
  tree?: string;
  top: number;
  title?: string;
  levels?: number;
  out?: string[];
  assign?: string;
  assignLevel?: Levels;
  assignStates?: boolean;
  assignment?: string;
  json?: boolean;
}

export function addLatentTree(program: Command): void {
  const command = program
    .command('latent-tree')
    .description(
      'Learn a tree of latent variables over the features: topics, sub-topics, and the features they are told by.',
    )
    .addArgument(new InputArgument('[data]', 'sparse text, CSV or IDX; - for standard input'))
    .addOption(
      new InputOption('--tree <file>', 'learn nothing: take the tree of this JSON file, for DATA or only to write it'),
    )
    .option('--top <n>', 'features to name for each latent', integer(TOPICS.top.from), TOPICS.top.default)
    .addOption(
      new OutputOption(
        '-o, --out <file>',
        'write FILE.json, .dot, .svg or .html, as it ends; a name without an ending begins those of all four, in a directory latent-tree.json and so on; may be given again',
        (out) => outputsOf([out]),
      ).argParser((file: string, files: string[] = []) => [...files, file]),
    )
    .option('--title <text>', 'heading of .svg and .html')
    .option('--levels <n>', '.svg: draw but so many levels, from the top down (default: all)', integer(1))
    .addOption(
      new OutputOption('--assign <file>', 'write a line of CSV for each row of DATA: P(latent = 1) of each latent'),
    )
    .option('--assign-level <list>', 'of the latents of these levels: 1,2 or top or all (default: top)', levelList)
    .option('--assign-states', 'the more probable state, 0 or 1, instead of the probability');
  addFlags(command, ASSIGN_FLAGS);
  addJson(addDocumentOptions(addDataOptions(addFlags(command, FLAGS), true)))
    .addHelpText(
      'after',
      `
A row's features are on or off. Level 1 stands above the features; a level has a latent for each island of the level below. The features of
a latent are those with the most mutual information with it. All columns of a CSV are features but the one that --target names.

With the tree of topics, DATA are documents: texts, of which only the line of CSV is kept; the first column is their names.

Examples:
  espalier latent-tree train.txt --out topics.html --out topics.json
  espalier latent-tree train.txt --feature-names words.txt --top 7 --json
  espalier latent-tree test.txt --tree topics.json --assign test-topics.csv --assign-level all
  espalier latent-tree notes/ --tree topics.json --assign note-topics.csv
  espalier latent-tree --tree topics.json --out topics.svg --levels 2`,
    )
    .action(latentTree);
}

/** UserError for a format of texts. */
function rowOptions<T extends { format?: string }>(options: T): Omit<T, 'format'> & { format?: Format } {
  const { format, ...rest } = options;
  if (format === undefined) return rest;
  if (!isRowFormat(format)) throw new UserError(`--format ${format}: is of texts, which topics takes`);
  return { ...rest, format };
}

/** Columns of texts. */
function refuseTextColumns(topics: boolean, options: object): void {
  const stray = topics ? undefined : DOCUMENT_FLAGS.find(({ key }) => key in options);
  if (stray) throw new UserError(`--${stray.name}: is for texts, which the tree of topics takes (--tree FILE.json)`);
}

/** Options that only learning has; other rows are read as those that were learned from. */
const LEARNING = [...TABLE_FLAGS.map(({ key }) => key), 'columns', 'featureNames', 'targetNames'];

async function latentTree(path: string | undefined, options: LatentTreeOptions): Promise<void> {
  refuseStrays(path, options);
  const files = outputsOf(options.out ?? []);
  refuseUndrawn(files, options);
  const begun = performance.now();
  const opened = options.tree === undefined ? undefined : await openLatentTree(options.tree);
  refuseTextColumns(opened?.topics !== undefined, options);
  const documents =
    path !== undefined && opened?.topics ? await openDocuments(path, readDocumentTexts(options)) : undefined;
  const loaded =
    path === undefined || documents
      ? undefined
      : opened
        ? await loadLikeTree(path, opened, rowOptions(options))
        : await loadToLearn(path, rowOptions(options), false);
  const seconds: Record<string, number> = { load: (performance.now() - begun) / 1000 };
  tellTaken([loaded], options.json);
  if (documents) tellDocuments(documents, options.json);
  const learned = opened ?? (await learn(loaded!, options));
  const { tree } = learned;
  if ('seconds' in learned) Object.assign(seconds, learned.seconds);

  // First of all: what was learned must outlive whatever is wrong with --assign.
  const writing = performance.now();
  const data = documents ?? loaded;
  const name = data?.name ?? options.tree!;
  for (const file of files) writeAtomically(file, contentsOf(file, tree, opened, loaded, name, options));
  seconds.write = (performance.now() - writing) / 1000;
  const assigning = performance.now();
  const assigned =
    data && (opened || options.assign !== undefined)
      ? await assign(tree, options, (settings) =>
          documents ? documentsOf(opened!.topics!, documents, settings) : rowsOf(tree, loaded!.data, settings),
        )
      : undefined;
  if (assigned) seconds.assign = (performance.now() - assigning) / 1000;
  seconds.total = (performance.now() - begun) / 1000;

  const written = [...files, ...(options.assign === undefined ? [] : [options.assign])];
  const topics = byShare(tree, topLatents(tree)).map((latent) => ({
    name: tree.nameOf(latent),
    share: tree.marginal[latent]!,
    features: tree.topFeatures(latent, options.top),
  }));
  if (options.json) {
    printJson({
      ...(options.tree === undefined ? {} : { tree: options.tree }),
      ...(loaded ? { data: loaded.name, ...takenFields(loaded), rows: loaded.data.rows } : {}),
      ...(documents ? { data: documents.name, ...documentFields(documents), rows: documents.documents } : {}),
      features: tree.features,
      latents: tree.latents,
      levels: tree.levels,
      learnedFromRows: tree.rows,
      logLikelihood: tree.logLikelihood,
      bic: tree.bic,
      ...(opened && assigned ? { dataLogLikelihood: assigned.logLikelihood } : {}),
      topics,
      seconds: rounded(seconds),
      ...(written.length ? { files: written } : {}),
    });
    return;
  }
  const rows = documents?.documents ?? loaded?.data.rows ?? tree.rows;
  const unit = documents ? 'document' : 'row';
  print(`${name}: ${plural(rows, unit)}, ${plural(tree.features, 'feature')}`);
  const levels = tree.levels.map((latents, l) => `${count(latents)} on level ${l + 1}`).join(', ');
  print(`${plural(tree.latents, 'latent')}: ${levels}`);
  print(`Log-likelihood ${likelihoodText(tree.logLikelihood, tree.rows)}, BIC ${tree.bic.toFixed(1)}`);
  if (opened && assigned) {
    print(`Log-likelihood of these ${unit}s ${likelihoodText(assigned.logLikelihood, assigned.rows, unit)}`);
  }
  const times = Object.entries(seconds).filter(([, s]) => s >= 0.0005);
  print(`Time: ${times.map(([phase, s]) => `${phase} ${duration(s)}`).join(', ')}`);
  print(topics.length === 1 ? 'Top level:' : 'Top level, by share of rows:');
  for (const { name, share, features } of topics) {
    const words = features.map(wordOf).join(', ') || 'no features';
    print(`  ${percentOf(share).padStart(9)}  ${name.padEnd(6)} ${words}`);
  }
  if (written.length) print(`Wrote ${written.join(', ')}`);
}

/** An option that would change nothing is a mistake worth a word. */
function refuseStrays(path: string | undefined, options: LatentTreeOptions): void {
  const given = options as unknown as Record<string, unknown>;
  if (options.tree === undefined) {
    if (path === undefined)
      throw new UserError('data: expected rows to learn from, or a tree: --tree FILE.json; got none');
  } else {
    for (const name of [...FLAGS.map(({ key }) => key), ...LEARNING]) {
      if (given[name] !== undefined) throw new UserError(`--${kebab(name)}: is for learning a tree, not with --tree`);
    }
  }
  if (options.assign === undefined) {
    for (const name of ['assignLevel', 'assignStates', 'assignment'] as const) {
      if (options[name] !== undefined) throw new UserError(`--${kebab(name)}: needs --assign FILE`);
    }
  } else if (path === undefined) throw new UserError('--assign: needs rows, DATA; got none');
}

async function learn(
  { data }: Loaded,
  options: LatentTreeOptions,
): Promise<{ tree: LatentTree; seconds: LatentTreeSeconds }> {
  const settings = (await readFlags(FLAGS, { ...options })).options;
  const progress = new Progress(options.json);
  const learned = await interruptible((signal) =>
    learnLatentTree(data, {
      ...settings,
      signal,
      onProgress: (done) => progress.learn(latentProgress(done)),
    }),
  ).finally(() => progress.stop());
  const { levels } = learned.tree;
  const { topTopics = levels.at(-1) } = settings;
  if (topTopics !== levels.at(-1) && !options.json)
    say(`--top-topics ${topTopics}: got ${levels.at(-1)}, as near as groups together or apart let them come`);
  return learned;
}

/** Goes through the rows, and writes --assign as they pass. */
async function assign(
  tree: LatentTree,
  options: LatentTreeOptions,
  rows: (settings: OptionsOf<typeof ASSIGN>) => AsyncGenerator<AssignedRow>,
): Promise<Assigned> {
  const settings = (await readFlags(ASSIGN_FLAGS, { ...options })).options;
  const sum = { rows: 0, logLikelihood: 0 };
  await interruptible(async (signal) => {
    const found = rows({ ...settings, signal });
    if (options.assign === undefined) {
      for await (const _ of summed(found, sum));
      return;
    }
    const columns = { latents: latentsOf(tree, options.assignLevel ?? 'top'), states: options.assignStates ?? false };
    await writePieces(options.assign, linesOf(tree, found, columns, sum));
  });
  return sum;
}

/** An option on drawings that nobody asked for. */
function refuseUndrawn(files: readonly string[], { levels, title }: LatentTreeOptions): void {
  const some = (...endings: string[]) => files.some((file) => endings.includes(endingOf(file, ENDINGS)!));
  if (levels !== undefined && !some('.svg')) throw new UserError('--levels: is about .svg, of which --out names none');
  if (title !== undefined && !some('.svg', '.html'))
    throw new UserError('--title: is about .svg and .html, of which --out names none');
}

const ENDINGS = ['.json', '.dot', '.svg', '.html'] as const;

/** What --out names, each file once. */
function outputsOf(given: readonly string[]): string[] {
  return [...new Set(given.flatMap((out) => drawnFiles(out, 'latent-tree', ENDINGS)))];
}

function contentsOf(
  file: string,
  tree: LatentTree,
  opened: OpenedTree | undefined,
  loaded: Loaded | undefined,
  name: string,
  options: LatentTreeOptions,
): string {
  const { top, levels } = options;
  const title = options.title ?? `Latent tree of ${basename(name)}`;
  switch (endingOf(file, ENDINGS)!) {
    case '.json':
      if (opened?.topics) return `${JSON.stringify(opened.topics)}\n`;
      return latentTreeText(tree, top, opened?.source ?? sourceOf(loaded!));
    case '.dot':
      return latentTreeToDot(tree, { top });
    case '.svg':
      // Nobody knows beforehand how many there will be.
      return latentTreeToSvg(tree, { top, title, levels: Math.min(levels ?? tree.levels.length, tree.levels.length) });
    case '.html':
      return latentTreeToHtml(tree, { top, title });
  }
}
