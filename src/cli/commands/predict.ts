import type { Command } from 'commander';
import type { Prediction } from '../../models/net.js';
import type { TargetInfo } from '../../models/target.js';
import { addFlags } from '../flags/add.js';
import { BATCH } from '../flags/batch.js';
import { addDocumentOptions } from '../flags/documents.js';
import { InputArgument, OutputOption } from '../flags/files.js';
import { readFlags } from '../flags/read.js';
import { COLUMN_FLAGS, type FurtherOptions } from '../flags/texts.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson } from '../options.js';
import { csvCell } from '../print/csv.js';
import { print } from '../print/output.js';
import { tellWarnings } from '../print/told.js';
import { loadLike } from '../read/data.js';
import type { Loaded } from '../read/loaded.js';
import { openModel } from '../read/model.js';
import { writeAtomically } from '../write/atomic.js';

interface PredictOptions extends FurtherOptions {
  batchSize?: string;
  header: boolean;
  out?: string;
  json?: boolean;
}

export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Run a trained net: one line of CSV for each row.')
    .addArgument(new InputArgument('<model>', 'what train --out wrote'))
    .addArgument(
      new InputArgument('<data>', 'rows in the format of the training data, or images; - for standard input'),
    )
    .option('--no-header', 'leave out the line with the names of the columns')
    .addOption(new OutputOption('-o, --out <file>', 'write there instead of to standard output'));
  addJson(addDocumentOptions(addDataOptions(addFlags(command, BATCH), false), { flags: COLUMN_FLAGS }))
    .addHelpText(
      'after',
      `
Classes: the most probable class, then the probability of each. Tasks: the probability of each. Values: the values.
Labels in DATA are not looked at; sparse text needs some all the same, as its format has it. A CSV may lack the target.
A net trained by train --text takes texts: lines, a table, JSON lines or a folder; names of documents, where there are any, are then the first column.
Images: a PNG or JPEG file, a folder of them, with or without subfolders, in the order of their paths, which are then the first column; the name of a set, for its test images; or IDX.

Examples:
  espalier predict iris.safetensors new.csv > answers.csv
  espalier predict photos.safetensors new-photos/
  cut -d, -f1-4 new.csv | espalier predict iris.safetensors - --json`,
    )
    .action(predict);
}

async function predict(model: string, path: string, options: PredictOptions): Promise<void> {
  const settings = (await readFlags(BATCH, { ...options })).options;
  const { net, reference } = await openModel(model);
  const found = await loadLike(path, reference, options, false);
  if (!options.json) tellWarnings(found);
  const { data } = found;
  const prediction = await interruptible((signal) => net.predict(data, { ...settings, signal }));
  const text = options.json
    ? JSON.stringify(asJson(net.method, net.target, prediction, found))
    : asCsv(net.target, prediction, options.header, labelsOf(found));
  if (options.out !== undefined) writeAtomically(options.out, `${text}\n`);
  else print(text);
}

/** What rows are called, and the title of that column. */
interface RowNames {
  readonly title: string;
  readonly names: readonly string[];
}

function labelsOf({ files, documents }: Loaded): RowNames | undefined {
  if (files) return { title: 'file', names: files };
  return documents && { title: 'document', names: documents };
}

function asCsv(target: TargetInfo, prediction: Prediction, header: boolean, rowNames?: RowNames): string {
  const { classes } = prediction;
  const names = [...(rowNames ? [rowNames.title] : []), ...(classes ? ['class'] : []), ...outputNames(target)];
  const lines = header ? [names.map(csvCell).join(',')] : [];
  rowsOf(prediction, target).forEach((row, r) => {
    const chosen = classes ? [csvCell(classLabel(target, classes[r]!))] : [];
    lines.push([...(rowNames ? [csvCell(rowNames.names[r]!)] : []), ...chosen, ...row].join(','));
  });
  return lines.join('\n');
}

function asJson(method: string, target: TargetInfo, prediction: Prediction, { files, documents }: Loaded): object {
  const rows = rowsOf(prediction, target);
  const { classes } = prediction;
  return {
    method,
    rows: rows.length,
    kind: target.kind,
    names: outputNames(target),
    ...(files ? { files } : {}),
    ...(documents ? { documents } : {}),
    ...(classes ? { classes: Array.from(classes, (id) => (target.names ? classLabel(target, id) : id)) } : {}),
    ...(target.kind === 'values' ? { values: rows } : { probabilities: rows }),
  };
}

/** Seven digits, all that a 32-bit float holds: of a probability, and of how far a value lies from the mean, in deviations. */
function rowsOf({ outputs }: Prediction, { outputs: width, deviation }: TargetInfo): number[][] {
  const rounded = (x: number, o: number) => {
    const more = deviation && x !== 0 ? Math.ceil(Math.log10(Math.abs(x) / deviation[o]!)) : 0;
    return Number(x.toPrecision(7 + Math.min(10, Math.max(0, more))));
  };
  return Array.from({ length: outputs.length / width }, (_, r) =>
    Array.from(outputs.subarray(r * width, (r + 1) * width), rounded),
  );
}

function outputNames({ kind, outputs, names }: TargetInfo): string[] {
  const word = { classes: '', tasks: 'task', values: 'value' }[kind];
  return Array.from({ length: outputs }, (_, i) => names?.[i] ?? `${word}${i}`);
}

function classLabel({ names }: TargetInfo, id: number): string {
  return names?.[id] ?? String(id);
}
