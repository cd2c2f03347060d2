import { type Command, Option } from 'commander';
import type { Dataset } from '../../data/dataset.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import type { Method } from '../../models/method.js';
import { METHODS } from '../../models/registry.js';
import { classWeightsOf } from '../../training/class-weights.js';
import type { FitOptions } from '../../training/fit-options.js';
import { inFile, UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { addDocumentOptions, type DocumentTexts } from '../flags/documents.js';
import { InputArgument, InputOption, OutputOption } from '../flags/files.js';
import { type Flag, flagsOf } from '../flags/flag.js';
import { readFlags } from '../flags/read.js';
import { askedToLearn, COLUMN_FLAGS, rowFormat, VECTORIZER_FLAGS } from '../flags/texts.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, integer, share } from '../options.js';
import { type Outcome, printResult, printResultJson } from '../print/result.js';
import { tellTaken, tellVocabulary } from '../print/told.js';
import { readInputs, type TextInput } from '../read/inputs.js';
import { packNet } from '../read/model.js';
import { NAMED_SETS } from '../read/named-data.js';
import { writeAtomically } from '../write/atomic.js';
import { type MethodHelp, methodHelp } from './train-help.js';
import { type TrainOptions, TrainRun } from './train-run.js';

/** `args`: the command line, whose --method says whose options --help shows. */
export function addTrain(program: Command, args: readonly string[], methods: readonly Method[] = METHODS): void {
  const names = methods.map(({ name }) => name);
  const help = methodHelp(args, methods);
  const command = program
    .command('train')
    .description(`Train a net. Methods: ${methods.map(({ name, doc }) => `${name} (${doc})`).join('; ')}.`)
    .addArgument(new InputArgument('[data]', 'as --data'))
    .addOption(new Option('--method <method>', 'how the net is made').choices(names).default(names[0]))
    .addOption(
      new InputOption(
        '--data <file>',
        `training rows; - for standard input; images: ${NAMED_SETS.join(', ')}, a folder or IDX`,
      ),
    )
    .addOption(
      new InputOption(
        '--text <input>',
        'in place of --data, training texts with their labels: lines of label, tab, text; a table; JSON lines; a folder',
      ),
    )
    .option('--limit <n>', 'take but n of the training rows, chosen at random, each class in proportion', integer(2))
    .addOption(new InputOption('--validation <file>', 'rows to choose the best epoch by'))
    .option('--holdout <share>', 'without --validation, hold out this share of the training rows; 0: none', share, 0.1)
    .addOption(
      new InputOption(
        '--test <file>',
        'rows to tell the result on (default: none; of a set known by name its test images)',
      ),
    )
    .addOption(new OutputOption('--checkpoint <file>', 'write a checkpoint after every epoch, and when interrupted'))
    .addOption(
      new InputOption('--resume <file>', 'go on from a checkpoint of the same run, to the same result', '--checkpoint'),
    )
    .addOption(new OutputOption('-o, --out <file>', 'write the net, in safetensors'));
  addJson(command);
  addTrainFlags(command, methods, help);
  const ofTexts = { heading: 'Reading texts:', hidden: !help.method };
  addFlags(command, [...COLUMN_FLAGS, ...VECTORIZER_FLAGS], ofTexts);
  addDocumentOptions(addDataOptions(command, true, { heading: 'Reading data:', hidden: !help.method }), { flags: [] })
    .addOption(new InputOption('--validation-labels <file>', 'IDX labels of --validation').hideHelp(!help.method))
    .addOption(new InputOption('--test-labels <file>', 'IDX labels of --test').hideHelp(!help.method))
    .addHelpText('after', help.text)
    .action(async (data: string | undefined, options: CommandOptions, self: Command) => {
      if (data !== undefined && options.data !== undefined)
        throw new UserError(`--data: expected it once, got ${data} and ${options.data}`);
      if (options.validation !== undefined && options.holdout > 0 && self.getOptionValueSource('holdout') === 'cli')
        throw new UserError('--holdout: is for runs without --validation; expected one of the two, got both');
      const { text } = options;
      const rows = data ?? options.data;
      if (text !== undefined && rows !== undefined)
        throw new UserError(`--data, --text: expected one of the two, got ${rows} and ${text}`);
      const source = text ?? rows;
      if (source === undefined) throw new UserError('--data: expected training rows, or texts by --text, got neither');
      await train(methods, { ...options, data: source });
    });
}

/** The flags of all methods: a name that several have is one flag, read as the chosen one declares it. */
function addTrainFlags(command: Command, methods: readonly Method[], { method, isCommon }: MethodHelp): void {
  for (const one of method ? [method, ...methods] : methods) {
    const hidden = method !== undefined && one !== method;
    for (const flag of flagsOf(one.fit)) addFlags(command, [flag], { hidden: hidden || !(method || isCommon(flag)) });
    for (const flag of flagsOf(one.options)) {
      const shown = isCommon(flag) || one === method;
      addFlags(command, [flag], {
        hidden: hidden || !shown,
        ...(one === method ? { heading: `Method ${one.name}:` } : {}),
      });
    }
  }
}

/** As commander gives them. */
type CommandOptions = Omit<TrainOptions, 'text' | 'format'> & DocumentTexts & { text?: string };

async function train(methods: readonly Method[], options: CommandOptions): Promise<void> {
  const begun = performance.now();
  const method = methods.find(({ name }) => name === options.method)!;
  const [learning, fitting] = [flagsOf(method.options), flagsOf(method.fit)];
  refuseStrays(methods, options, [...learning, ...fitting]);
  const texts = { ...options } as Record<string, unknown>;
  const learn = await readFlags(learning, texts);
  const fit = (await readFlags(fitting, texts)).options as FitOptions;
  const seed = (learn.options.seed as number | undefined) ?? 0;
  const text = await textInput(options, learn.vectorizer);
  const { format: _, ...others } = options;
  const told: TrainOptions = { ...others, text, ...(text ? {} : rowFormat(options, OF_TEXTS)) };
  const inputs = await readInputs(method, { ...told, seed });
  tellTaken([inputs.train, inputs.validation, inputs.test], options.json);
  const { vectorizer } = inputs.train.data;
  if (vectorizer) tellVocabulary(inputs.train.name, vectorizer, texts.language, options.json);
  if (fit.patience !== undefined && !inputs.validation && !inputs.held)
    throw new UserError('--patience: needs validation rows, but --holdout is 0');
  // Before a structure is learned, which may take its time.
  const { rows, reference } = inputs;
  await inFile(inputs.train.name, () => classWeightsOf(fit.classWeights, rows.targets!, reference.target.outputs));
  const load = (performance.now() - begun) / 1000;
  const { net, result } = await new TrainRun(method, told, inputs, learn, fit).finish();

  const evaluating = performance.now();
  const { train, test, validation, held } = inputs;
  const tell = (name: string, data: Dataset) =>
    inFile(name, () => interruptible((signal) => net.evaluate(data, { signal })));
  const tested = test && (await tell(test.name, test.data));
  const chosenBy = validation?.data ?? held;
  const validated = !test && chosenBy ? await tell(validation?.name ?? train.name, chosenBy) : undefined;
  const evaluate = (performance.now() - evaluating) / 1000;
  const file = options.out === undefined ? undefined : await packNet(net, inputs.train, text?.asked);
  if (file) writeAtomically(options.out!, file);
  const total = (performance.now() - begun) / 1000;
  const outcome: Outcome = {
    inputs,
    net,
    text: method.describe(net),
    fit: result,
    tested,
    validated,
    seconds: { load, ...net.growSeconds, fit: result.seconds, evaluate, total },
    ...(file ? { out: { path: options.out!, size: file.length } } : {}),
  };
  if (options.json) printResultJson(outcome);
  else printResult(outcome);
}

const OF_TEXTS = 'is about texts; expected --text INPUT in place of --data';

/** How the texts are to be read: by the vocabulary that a topic tree brings, or by one to be learned. */
async function textInput(
  options: CommandOptions,
  vectorizer: TextVectorizerJson | undefined,
): Promise<TextInput | undefined> {
  if (options.text === undefined) return undefined;
  const asked = askedToLearn(options);
  if (!vectorizer) return { asked, reading: { options: (await readFlags(VECTORIZER_FLAGS, { ...options })).options } };
  const stray = VECTORIZER_FLAGS.find(({ key }) => key in options);
  if (stray)
    throw new UserError(
      `--${stray.name}: is about learning a vocabulary, which --skeleton brings; expected one of the two`,
    );
  return { asked, reading: { vectorizer } };
}

/** An option that would change nothing is a mistake worth a word. */
function refuseStrays(methods: readonly Method[], options: object, own: readonly Flag[]): void {
  for (const { name, key } of methods.flatMap((method) => [...flagsOf(method.options), ...flagsOf(method.fit)])) {
    if (key in options && !own.some((flag) => flag.key === key))
      throw new UserError(`--${name}: is not for --method ${(options as TrainOptions).method}`);
  }
}
