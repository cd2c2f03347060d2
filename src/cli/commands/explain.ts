import type { Command } from 'commander';
import { EXPLAIN } from '../../models/feedforward/explain.js';
import { IMPORTANCE } from '../../models/feedforward/explain-importance.js';
import { EXPLAIN_ROW } from '../../models/feedforward/explain-row.js';
import type { FeedforwardNet } from '../../models/feedforward/feedforward-net.js';
import type { TargetInfo } from '../../models/target.js';
import { inFile, UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { addDocumentOptions } from '../flags/documents.js';
import { InputArgument, InputOption } from '../flags/files.js';
import { type Flag, flagsOf, kebab } from '../flags/flag.js';
import { readFlags } from '../flags/read.js';
import { COLUMN_FLAGS, type FurtherOptions } from '../flags/texts.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, integer } from '../options.js';
import { printExplanation, printImportance, printRow } from '../print/explanations.js';
import { printJson } from '../print/output.js';
import { tellWarnings } from '../print/told.js';
import { loadLike } from '../read/data.js';
import type { Loaded, Reference } from '../read/loaded.js';
import { explains, openModel } from '../read/model.js';

const UNIT_FLAGS = flagsOf(EXPLAIN);
const ROW_FLAGS = flagsOf(EXPLAIN_ROW);
const IMPORTANCE_FLAGS = flagsOf(IMPORTANCE);
/** Flags of what is asked, beside its options. */
const OTHERS = {
  units: [['layer', 'units', 'coherence'], UNIT_FLAGS],
  row: [['output', 'against'], ROW_FLAGS],
  importance: [[], IMPORTANCE_FLAGS],
} as const satisfies Record<string, readonly [readonly string[], readonly Flag[]]>;

interface ExplainCommandOptions extends FurtherOptions {
  units?: number;
  layer?: number;
  coherence?: string;
  row?: number;
  output?: string;
  against?: string;
  importance?: boolean;
  json?: boolean;
}

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description(
      'Tell what the hidden units of a net stand for, what the prediction of a row rests on, or which features predictions need.',
    )
    .addArgument(new InputArgument('<model>', 'what train --out wrote'))
    .addArgument(new InputArgument('<data>', 'rows in the format of the training data; - for standard input'))
    .option('--layer <n>', 'only this hidden layer, counted from 1', integer(1))
    .option('--units <n>', 'most coherent units of each layer to print; --json holds all (default: 10)', integer(0))
    .addOption(
      new InputOption('--coherence <file>', 'rows to count coherence on, such as held-out ones (default: DATA)'),
    )
    .option(
      '--row <n>',
      'tell what the prediction of this row of DATA rests on, counted from 1; --json tells it from 0',
      integer(1),
    )
    .option('--output <name>', '--row: the class, task or value to explain (default: the one predicted)')
    .option('--against <name>', '--row: another class, from which it is to be told apart')
    .option('--importance', 'tell how much worse predictions become when a feature changes place among labelled rows');
  addFlags(command, UNIT_FLAGS);
  addFlags(command, ROW_FLAGS, { about: '--row: ' });
  addFlags(command, IMPORTANCE_FLAGS, { about: '--importance: ' });
  addJson(addDocumentOptions(addDataOptions(command, false), { flags: COLUMN_FLAGS }))
    .addHelpText(
      'after',
      `
A unit's features are those whose presence correlates most with its activation. Its coherence is the mean NPMI (normalised
pointwise mutual information, from -1 to 1) of pairs of these features on the same rows, or on those of --coherence: features fit
the rows that they are chosen on.
Sparse units see some of the units or features below, global ones all; skip units see many too and lead straight to the output.
With --row: what each unit that feeds the output adds to it, weight times activation, and each feature, by integrated gradients from
the row without any; classes and tasks before softmax or sigmoid. --top is then also about units.
With --importance: permutation importance of the 20 features, or --top, on which the loss hangs most; DATA needs labels, best rows not trained on.

Examples:
  espalier explain model.safetensors train.txt --top 5 --units 20 --coherence test.txt
  espalier explain model.safetensors test.txt --row 3
  espalier explain model.safetensors test.txt --importance`,
    )
    .action(explain);
}

async function explain(model: string, path: string, options: ExplainCommandOptions): Promise<void> {
  const what = asked(options);
  const settings = (await readFlags(OTHERS[what][1], { ...options })).options;
  const { net, reference } = await openModel(model);
  if (!explains(net)) {
    throw new UserError(
      `${model}: expected a net with units to explain, got one of method '${net.method}'; try espalier gates`,
    );
  }
  const found = await loadLike(path, reference, options, what === 'importance');
  if (!options.json) tellWarnings(found);
  const work = { units: explainUnits, row: explainOneRow, importance: explainImportance }[what];
  await work(net, found, options, settings, reference);
}

/** UserError for flags of something else. */
function asked(options: ExplainCommandOptions): keyof typeof OTHERS {
  if (options.row !== undefined && options.importance)
    throw new UserError('--row, --importance: expected one of the two');
  const what = options.row !== undefined ? 'row' : options.importance ? 'importance' : 'units';
  const keys = (one: keyof typeof OTHERS) => [...OTHERS[one][0], ...OTHERS[one][1].map(({ key }) => key)];
  const stray = (['units', 'row', 'importance'] as const)
    .flatMap(keys)
    .find((key) => key in options && !keys(what).includes(key));
  if (stray === undefined) return what;
  const flag = `--${kebab(stray)}`;
  const homes = (['row', 'importance'] as const).filter((one) => keys(one).includes(stray));
  if (what === 'units') throw new UserError(`${flag}: is about --${homes.join(' and --')}`);
  throw new UserError(`${flag}: is not about --${what}`);
}

type Work = (
  net: FeedforwardNet,
  found: Loaded,
  options: ExplainCommandOptions,
  settings: Record<string, unknown>,
  reference: Reference,
) => Promise<void>;

const explainUnits: Work = async (net, { data, name }, options, settings, reference) => {
  const { layer } = options;
  const hidden = net.layers.length - 1;
  if (layer !== undefined && layer > hidden)
    throw new UserError(
      hidden > 0
        ? `--layer: expected one from 1 to ${hidden}, got ${layer}`
        : `--layer: expected none, as the net has no hidden layers, got ${layer}`,
    );
  const others =
    options.coherence === undefined ? undefined : await loadLike(options.coherence, reference, options, false);
  if (others && !options.json) tellWarnings(others);
  const result = await inFile(name, () =>
    interruptible((signal) =>
      net.explain(data, {
        ...settings,
        signal,
        ...(others ? { coherence: others.data } : {}),
        ...(layer === undefined ? {} : { layers: [layer - 1] }),
      }),
    ),
  );
  if (options.json) return printJson({ method: net.method, ...result });
  printExplanation(name, result, options.units ?? 10, others?.name);
};

const explainOneRow: Work = async (net, { data, name, documents }, options, settings) => {
  const row = options.row! - 1;
  if (row >= data.rows) throw new UserError(`--row: expected one from 1 to ${data.rows}, got ${options.row}`);
  const { target } = net;
  const output = options.output === undefined ? undefined : outputNamed(target, options.output, 'output');
  const against = options.against === undefined ? undefined : outputNamed(target, options.against, 'against');
  if (against !== undefined && target.kind !== 'classes')
    throw new UserError(`--against: is for classes, but this net predicts ${target.kind}`);
  const result = await inFile(name, () =>
    interruptible((signal) =>
      net.explainRow(data, { ...settings, row, output, against, signal }).catch((error: Error) => {
        const which = output === undefined ? 'the one predicted (--output names another)' : '--output';
        throw error.message.startsWith('against: ')
          ? new UserError(`--against: expected another class than ${which}, got ${options.against}`)
          : error;
      }),
    ),
  );
  if (options.json) return printJson({ method: net.method, ...result });
  printRow(
    `${name}, row ${options.row}${documents?.[row] ? ` (${documents[row]})` : ''}`,
    result,
    target,
    net.layers.length > 1,
  );
};

const explainImportance: Work = async (net, { data, name }, options, settings) => {
  const result = await inFile(name, () => interruptible((signal) => net.importance(data, { ...settings, signal })));
  if (options.json) return printJson({ method: net.method, ...result });
  printImportance(name, result);
};

/** By name, or by number where there are no names. */
function outputNamed({ names, outputs, kind }: TargetInfo, text: string, flag: string): number {
  const found = names ? names.indexOf(text) : /^\d+$/.test(text) && Number(text) < outputs ? Number(text) : -1;
  if (found >= 0) return found;
  const known = names ? names.join(', ') : `0 to ${outputs - 1}`;
  throw new UserError(`--${flag}: expected one of the ${kind}: ${known}, got ${text}`);
}
