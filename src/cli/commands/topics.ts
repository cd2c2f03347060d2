import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Documents, OpenDocuments } from '../../data/documents/document.js';
import { latentTreeToSvg } from '../../drawings/latent/drawing.js';
import { topicsToHtml } from '../../drawings/topics/page.js';
import { topicSharesToSvg } from '../../drawings/topics/shares.js';
import { latentProgress } from '../../models/tse/method.js';
import { scoreDocuments } from '../../structure/topics/assign-topics.js';
import { type DocumentParts, SPLIT_DOCUMENTS, splitDocuments } from '../../structure/topics/held-out.js';
import { LEARN_TOPICS, type LearnTopicsOptions, type TopicProgress } from '../../structure/topics/learn.js';
import { DESCRIBE_TOPICS, type DescribeTopicsOptions } from '../../structure/topics/options.js';
import type { TopicReport } from '../../structure/topics/report.js';
import { TopicTree } from '../../structure/topics/topic-tree.js';
import { inFile, UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { addDocumentOptions, type DocumentTexts, readDocumentTexts } from '../flags/documents.js';
import { InputArgument, InputOption, OutputOption } from '../flags/files.js';
import { flagsOf, kebab } from '../flags/flag.js';
import { readFlags } from '../flags/read.js';
import { interruptible } from '../interrupt.js';
import { addJson } from '../options.js';
import { plural } from '../print/output.js';
import { Progress } from '../print/progress.js';
import { say, tellDocuments, tellVocabulary } from '../print/told.js';
import { printTopics, printTopicsJson, type TopicsOutcome } from '../print/topics.js';
import type { DocumentSource } from '../read/document-source.js';
import { openDocuments } from '../read/documents.js';
import { openTopicTree } from '../read/topic-file.js';
import { writeAtomically } from '../write/atomic.js';
import { drawnFiles, endingOf } from './drawn.js';

const { seed: _, ...DESCRIBING } = DESCRIBE_TOPICS;

/** Of learning, and of what is kept from it. */
const LEARN_FLAGS = flagsOf({ ...LEARN_TOPICS, holdout: { ...SPLIT_DOCUMENTS.holdout, default: 0 } });
const DESCRIBE_FLAGS = flagsOf(DESCRIBING);
/** Of learning, those that an update has too. */
const UPDATING = ['passes', 'batchRows', 'exponent'];

const ENDINGS = ['.json', '.html', '.svg'] as const;

interface TopicsOptions extends DocumentTexts {
  tree?: string;
  update?: string;
  name?: Record<string, string>;
  out?: string[];
  shares?: string;
  title?: string;
  holdout?: string;
  json?: boolean;
}

export function addTopics(program: Command): void {
  const command = program
    .command('topics')
    .description('Learn a tree of topics from documents: which words go together, which documents are about what.')
    .addArgument(
      new InputArgument(
        '[input]',
        'a folder of .txt, .md and .html files, a file with a document a line or LABEL<TAB>TEXT, CSV or JSON lines; - for standard input',
      ),
    )
    .addOption(new InputOption('--tree <file>', 'learn nothing: tell of INPUT by the topics of this JSON file'))
    .addOption(
      new InputOption(
        '--update <file>',
        'keep words and topics of this JSON file, and learn from INPUT how likely they are',
        '--out',
      ),
    )
    .addOption(
      new OutputOption(
        '-o, --out <file>',
        'write FILE.json, .html (the page) or .svg (the tree), as it ends; a name without an ending begins those of all; may be given again',
        (out) => drawnFiles(out, 'topics', ENDINGS),
      ).argParser((file: string, files: string[] = []) => [...files, file]),
    )
    .addOption(
      new OutputOption('--shares <file>', 'write an SVG of how the top topics are shared over labels, or over dates'),
    )
    .option('--name <topic=name>', 'name a topic by hand: h2.5="oil prices"; may be given again', nameOf)
    .option('--title <text>', 'heading of .html and .svg');
  addDocumentOptions(command);
  addFlags(command, DESCRIBE_FLAGS);
  addJson(addFlags(command, LEARN_FLAGS, { heading: 'Options of learning:' }))
    .addHelpText(
      'after',
      `
A topic of level 1 stands above words, one of level 2 above topics of level 1, and so on; it is told by the words that say most about it. Documents are
read as a stream, once for the words, once for the rows that the structure is learned from, and again for what is told of them: millions are no trouble.

Examples:
  espalier topics notes/ --out notes.html
  espalier topics reviews.csv --text-column review --label-column stars --out topics.html --out topics.json
  espalier topics papers.jsonl --date-column year --holdout 0.1 --json
  espalier topics --update topics.json new-reviews.csv --text-column review --out topics.json
  espalier topics more.csv --tree topics.json --out more.html
  espalier topics --tree topics.json --name h2.0="oil and gas" --out topics.json`,
    )
    .action(topics);
}

async function topics(path: string | undefined, options: TopicsOptions): Promise<void> {
  refuseStrays(path, options);
  const begun = performance.now();
  const files = [...new Set((options.out ?? []).flatMap((out) => drawnFiles(out, 'topics', ENDINGS)))];
  refuseUndrawn(files, path, options);
  const asked = (await readFlags(LEARN_FLAGS, { ...options })).options as LearnTopicsOptions & { holdout?: number };
  const { holdout = 0, ...learning } = asked;
  const { seed = 0 } = learning;
  const describing = (await readFlags(DESCRIBE_FLAGS, { ...options })).options as DescribeTopicsOptions;
  const known = options.tree ?? options.update;
  const opened = known === undefined ? undefined : await openTopicTree(known);
  const source = path === undefined ? undefined : await openDocuments(path, readDocumentTexts(options));
  if (source) tellDocuments(source, options.json);
  const progress = new Progress(options.json);
  const outcome = await interruptible(async (signal): Promise<TopicsOutcome> => {
    if (!source) return { tree: named(opened!, options), seconds: {} };
    const { rest, heldOut } = await splitDocuments(source.open, { holdout, seed });
    if (holdout > 0) await requireBoth({ rest, heldOut }, source, holdout);
    const learned = await inFile(source.name, () =>
      learn({ ...source, open: rest }, opened, options, { ...learning, signal }, progress),
    );
    if (!opened) tellVocabulary(source.name, learned.vectorizer.toJSON(), learning.language, options.json);
    const tree = named(learned, options);
    const seconds: Record<string, number> = { ...tree.seconds };
    // First of all: what was learned must outlive whatever is wrong later.
    for (const file of files.filter((file) => endingOf(file, ENDINGS) === '.json')) writeTree(file, tree);
    const began = performance.now();
    const report = await inFile(source.name, () =>
      tree.describe(rest(), {
        ...describing,
        seed,
        signal,
        onProgress: ({ documents }) => progress.learn({ stage: 'Documents', ...doneOf(documents, source.documents) }),
      }),
    );
    if (2 * report.wordless > report.documents && !options.json)
      say(
        `warning: ${source.name}: ${report.wordless} of ${plural(report.documents, 'document')} have no word of the vocabulary`,
      );
    const score = holdout > 0 ? await scoreDocuments(tree.tree, tree.vectorizer, heldOut(), { signal }) : undefined;
    seconds.describe = (performance.now() - began) / 1000;
    return { tree, source, report, ...(score ? { heldOut: score } : {}), seconds };
  }).finally(() => progress.stop());
  const writing = performance.now();
  for (const file of files) write(file, outcome, path ?? known!, options);
  if (options.shares !== undefined) writeAtomically(options.shares, sharesOf(outcome.report!, options.title));
  outcome.seconds.write = (performance.now() - writing) / 1000;
  outcome.seconds.total = (performance.now() - begun) / 1000;
  if (options.update !== undefined && !options.json && !files.some((file) => endingOf(file, ENDINGS) === '.json'))
    say(`warning: ${options.update} is as it was; --out ${options.update} writes what was learned`);
  const written = [...files, ...(options.shares === undefined ? [] : [options.shares])];
  const top = describing.top ?? DESCRIBE_TOPICS.top.default;
  if (options.json) printTopicsJson(outcome, { top, files: written, input: source?.name, tree: known });
  else printTopics(outcome, { top, files: written, name: path ?? known! });
}

/** UserError where there is no document to learn from, or none held out: better told before learning than after. */
async function requireBoth(parts: DocumentParts, { name, documents }: DocumentSource, holdout: number): Promise<void> {
  for (const part of ['rest', 'heldOut'] as const)
    if (await isEmpty(parts[part]()))
      throw new UserError(
        `${name}: expected documents enough for --holdout ${holdout}, got ${plural(documents, 'document')}, ${part === 'rest' ? 'all' : 'none'} of which it holds out`,
      );
}

async function isEmpty(documents: Documents): Promise<boolean> {
  for await (const _ of documents) return false;
  return true;
}

function named(tree: TopicTree, { name }: TopicsOptions): TopicTree {
  return name ? tree.named(name) : tree;
}

function learn(
  source: Pick<DocumentSource, 'documents'> & { open: OpenDocuments },
  opened: TopicTree | undefined,
  options: TopicsOptions,
  learning: LearnTopicsOptions,
  progress: Progress,
): Promise<TopicTree> | TopicTree {
  const onProgress = (done: TopicProgress) => progress.learn(stageOf(done, source.documents));
  if (!opened) return TopicTree.learn(source.open, { ...learning, onProgress });
  if (options.update === undefined) return opened;
  const { passes, batchRows, exponent, signal } = learning;
  return opened.update(source.open, {
    passes,
    batchRows,
    exponent,
    signal,
    onProgress: ({ rows }) => progress.learn({ stage: 'Stepwise EM', ...doneOf(rows, source.documents) }),
  });
}

function stageOf({ phase, level, done, total }: TopicProgress, documents: number) {
  const stage = { vocabulary: 'Vocabulary', rows: 'Rows', stepwise: 'Stepwise EM' }[phase as string];
  if (stage !== undefined) return { stage, ...doneOf(done, total ?? documents) };
  return latentProgress({ phase, level, done, total } as Parameters<typeof latentProgress>[0]);
}

function doneOf(done: number, total: number) {
  return { done: Math.min(done, total), total, unit: 'documents' };
}

function nameOf(text: string, names: Record<string, string> = {}): Record<string, string> {
  const [, topic, name] = /^\s*(h\d+\.\d+)\s*=(.*)$/s.exec(text) ?? [];
  if (topic === undefined) throw new InvalidArgumentError('Expected a topic and its name, like h2.5="oil prices".');
  return { ...names, [topic]: name!.trim() };
}

/** An option that would change nothing is a mistake worth a word. */
function refuseStrays(path: string | undefined, options: TopicsOptions): void {
  const { tree, update } = options;
  if (tree !== undefined && update !== undefined)
    throw new UserError('--tree, --update: expected one of the two, as the one keeps what the other changes');
  if (path === undefined && tree === undefined)
    throw new UserError('input: expected documents, or a topic tree: --tree FILE.json; got none');
  if (tree === undefined && update === undefined) return;
  const given = options as unknown as Record<string, unknown>;
  const allowed = update === undefined ? [] : UPDATING;
  for (const { key, name } of LEARN_FLAGS)
    if (given[key] !== undefined && !allowed.includes(key))
      throw new UserError(
        `--${name}: is for learning topics, not with --${kebab(update === undefined ? 'tree' : 'update')}`,
      );
}

function refuseUndrawn(files: readonly string[], path: string | undefined, { title, shares }: TopicsOptions): void {
  const endings = files.map((file) => endingOf(file, ENDINGS));
  if (title !== undefined && shares === undefined && endings.every((ending) => ending === '.json'))
    throw new UserError('--title: is about .html and .svg, of which --out names none');
  if (path !== undefined) return;
  if (shares !== undefined) throw new UserError('--shares: needs documents, INPUT; got none');
  if (endings.includes('.html'))
    throw new UserError(
      '--out: a page of topics needs documents, INPUT; got none. latent-tree --tree writes one of the tree alone',
    );
}

function write(file: string, { tree, source, report }: TopicsOutcome, name: string, options: TopicsOptions): void {
  const title = options.title ?? `Topics of ${basename(name)}`;
  switch (endingOf(file, ENDINGS)!) {
    case '.json':
      // With documents it was written before they were told of.
      if (!source) writeTree(file, tree);
      return;
    case '.svg':
      writeAtomically(file, latentTreeToSvg(tree.tree, { title }));
      return;
    case '.html':
      writeAtomically(file, topicsToHtml(report!, { title }));
  }
}

function writeTree(file: string, tree: TopicTree): void {
  writeAtomically(file, `${JSON.stringify(tree)}\n`);
}

function sharesOf(report: TopicReport, title: string | undefined): string {
  const by = report.labels ? 'labels' : report.periods ? 'periods' : undefined;
  if (!by)
    throw new UserError('--shares: needs documents with labels or dates (--label-column, --date-column); got neither');
  return topicSharesToSvg(report, { by, ...(title === undefined ? {} : { title }) });
}
