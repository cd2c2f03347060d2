import type { Command } from 'commander';
import type { Dataset } from '../../data/dataset.js';
import { filledTable } from '../../data/tables/filled.js';
import type { Table } from '../../data/tables/table.js';
import { treeToDot } from '../../drawings/tree/dot.js';
import { treeToSvg } from '../../drawings/tree/drawing.js';
import { CHOW_LIU, chowLiuTree } from '../../structure/chow-liu.js';
import type { Counts } from '../../structure/counts/counts.js';
import type { SampledReport } from '../../structure/sampled.js';
import type { Edge, Tree } from '../../structure/tree.js';
import { treeToJson } from '../../structure/tree-json.js';
import { DISCRETISE } from '../../structure/variables.js';
import { UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { InputArgument, InputOption, OutputOption } from '../flags/files.js';
import { flagsOf } from '../flags/flag.js';
import { readFlags } from '../flags/read.js';
import { READING_FLAGS } from '../flags/reading.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, type DataOptions, integer } from '../options.js';
import { duration, plural, print, printJson, rounded } from '../print/output.js';
import { Progress } from '../print/progress.js';
import { takenFields, tellTaken } from '../print/told.js';
import { openCounts } from '../read/counts-file.js';
import { loadToLearn } from '../read/data.js';
import type { Loaded } from '../read/loaded.js';
import { writeAtomically } from '../write/atomic.js';
import { drawnFiles, endingOf } from './drawn.js';

/** A root may be told by its name too: a flag of the command's own. */
const FLAGS = flagsOf(CHOW_LIU).filter(({ name }) => name !== 'root');

interface TreeOptions extends DataOptions {
  counts?: string;
  root: string;
  bins?: string;
  threshold?: string;
  top: number;
  out?: string;
  json?: boolean;
}

export function addTree(program: Command): void {
  const command = program
    .command('tree')
    .description('Learn the Chow-Liu tree of the features: the spanning tree with the most mutual information.')
    .addArgument(new InputArgument('[data]', 'sparse text, CSV or IDX; - for standard input'))
    .addOption(
      new InputOption(
        '--counts <file>',
        'learn from what espalier count or merge wrote, instead of DATA; - for standard input',
      ),
    )
    .option('--root <variable>', 'number or name of the variable that walks start from', '0')
    .option('--top <k>', 'strongest edges to print', integer(0), 10)
    .addOption(
      new OutputOption(
        '-o, --out <file>',
        'write FILE.json, .dot or .svg, as it ends; a name without an ending begins those of all three, in a directory tree.json and so on',
        outputsOf,
      ),
    );
  addJson(addDataOptions(addFlags(command, FLAGS), true))
    .addHelpText(
      'after',
      `
A column of a CSV is one variable, of as many states as it has categories; numbers are cut in two, or in --bins. The column that --target names is left out.

Examples:
  espalier tree train.txt --json
  espalier tree survey.csv --bins 8 --ignore id --out drawings/
  espalier tree train.txt --min-information 0.002 --root 17 --out forest
  espalier tree --counts all.counts --json`,
    )
    .action(tree);
}

/** What a tree is learned from, and what --json says of it. */
interface Source {
  readonly variables: Dataset | Table | Counts;
  readonly name: string;
  readonly rows: number;
  readonly fields: object;
}

async function sourceOf(path: string | undefined, options: TreeOptions): Promise<Source> {
  if (options.counts !== undefined) {
    if (path !== undefined) throw new UserError(`--counts: is instead of DATA, but ${path} was given too`);
    const stray = [...FLAGS.filter(({ key }) => key in DISCRETISE), ...READING_FLAGS].find(({ key }) => key in options);
    if (stray)
      throw new UserError(`--${stray.name}: was settled when the rows were counted; expected none beside --counts`);
    const counts = await openCounts(options.counts);
    const name = options.counts === '-' ? 'standard input' : options.counts;
    if (counts.missing !== undefined) throw new UserError(`${name}: ${counts.missing} is missing`);
    return { variables: counts, name, rows: counts.rows, fields: { parts: counts.parts.length, warnings: [] } };
  }
  if (path === undefined) throw new UserError("missing required argument 'data', or --counts FILE");
  const found = await loadToLearn(path, options, false);
  tellTaken([found], options.json);
  return { variables: variablesOf(found), name: found.name, rows: found.data.rows, fields: takenFields(found) };
}

async function tree(path: string | undefined, options: TreeOptions): Promise<void> {
  if (options.bins !== undefined && options.threshold !== undefined) {
    throw new UserError('--bins, --threshold: expected one of them, got both');
  }
  const settings = (await readFlags(FLAGS, { ...options })).options;
  const files = options.out === undefined ? [] : outputsOf(options.out);
  const begun = performance.now();
  const { variables, name, rows, fields } = await sourceOf(path, options);
  const loaded = performance.now();
  const root = rootOf(options.root, variables);
  const progress = new Progress(options.json);
  let sampled: SampledReport | undefined;
  const learned = await interruptible((signal) =>
    chowLiuTree(variables, {
      ...settings,
      root,
      signal,
      onProgress: (done, total) => progress.learn({ stage: 'Chow-Liu tree', done, total, unit: 'variables' }),
      onSampled: (report) => {
        sampled = report;
      },
    }),
  ).finally(() => progress.stop());
  const grown = performance.now();
  for (const file of files) writeAtomically(file, CONTENTS[endingOf(file, ENDINGS)!](learned));
  const seconds = {
    load: (loaded - begun) / 1000,
    tree: (grown - loaded) / 1000,
    write: (performance.now() - grown) / 1000,
    total: (performance.now() - begun) / 1000,
  };
  const strongest = strongestEdges(learned, options.top);
  if (options.json) {
    printJson({
      data: name,
      ...fields,
      rows,
      variables: learned.variables,
      edges: learned.edges.length,
      totalMutualInformation: learned.totalInformation,
      components: learned.components,
      ...(learned.states ? { states: learned.states.map((names) => names ?? null) } : {}),
      root,
      ...(sampled ? { sampled } : {}),
      strongest: strongest.map(({ a, b, information }) => ({
        a,
        b,
        ...(learned.names ? { names: [learned.names[a], learned.names[b]] } : {}),
        information,
      })),
      seconds: rounded(seconds),
      ...(files.length ? { files } : {}),
    });
    return;
  }
  const shape = learned.components === 1 ? 'one tree' : `a forest of ${plural(learned.components, 'tree')}`;
  print(`${name}: ${plural(rows, 'row')}, ${plural(learned.variables, 'variable')}`);
  print(
    `${plural(learned.edges.length, 'edge')} in ${shape}, ${learned.totalInformation.toFixed(4)} nats, in ${duration(seconds.tree)}`,
  );
  if (sampled) print(sampledWords(sampled, rows));
  if (strongest.length > 0) print(`Strongest edges, nats:`);
  for (const { a, b, information } of strongest) {
    print(`  ${information.toFixed(4)}  ${learned.names?.[a] ?? a} – ${learned.names?.[b] ?? b}`);
  }
  if (files.length) print(`Wrote ${files.join(', ')}`);
}

function sampledWords({ rows, candidates, share, exact, confidence }: SampledReport, all: number): string {
  if (rows === all) return 'Sampled: nothing to gain; all pairs were counted over all rows';
  const truth = exact ? 'the tree is exact' : `the tree is exact at a confidence of ${confidence}`;
  return `Sampled: ${plural(rows, 'row')}, then ${plural(candidates, 'pair')} over all; ${(100 * share).toFixed(1)} % of the counting; ${truth}`;
}

function strongestEdges({ edges }: Tree, top: number): Edge[] {
  return [...edges].sort((p, q) => q.information - p.information || p.a - q.a || p.b - q.b).slice(0, top);
}

/** A column of a table is one variable, with its missing cells as the options have them; of other data every feature is one. */
function variablesOf({ data, table, csv }: Loaded): Dataset | Table {
  return table && csv ? filledTable(table, csv.columns) : data;
}

/** A name wins over a number, should a column be called "7". */
function rootOf(text: string, variables: Source['variables']): number {
  const [names, count] =
    'kind' in variables
      ? [variables.columns.map(({ name }) => name), variables.columns.length]
      : 'parts' in variables
        ? [variables.names, variables.variables]
        : [variables.featureNames, variables.columns];
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return named;
  const root = Number(text);
  if (!/^\d+$/.test(text) || root >= count) {
    throw new UserError(
      `--root: expected ${names ? 'a variable by name, or ' : ''}a number from 0 to ${count - 1}, got ${text}`,
    );
  }
  return root;
}

const ENDINGS = ['.json', '.dot', '.svg'] as const;
const CONTENTS = {
  '.json': (tree: Tree) => `${JSON.stringify(treeToJson(tree))}\n`,
  '.dot': treeToDot,
  '.svg': (tree: Tree) => treeToSvg(tree),
};

function outputsOf(out: string): string[] {
  return drawnFiles(out, 'tree', ENDINGS);
}
