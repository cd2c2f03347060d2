import type { Command } from 'commander';
import type { GatedEvaluation } from '../../models/gaternet/gater-net.js';
import { inFile } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { BATCH } from '../flags/batch.js';
import { addDocumentOptions } from '../flags/documents.js';
import { InputArgument } from '../flags/files.js';
import { readFlags } from '../flags/read.js';
import { COLUMN_FLAGS, type FurtherOptions } from '../flags/texts.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson } from '../options.js';
import { metricText, printFigures } from '../print/figures.js';
import { percent, plural, print, printJson } from '../print/output.js';

import { tellWarnings } from '../print/told.js';
import { loadLike } from '../read/data.js';
import { openModel } from '../read/model.js';

interface EvaluateOptions extends FurtherOptions {
  batchSize?: string;
  json?: boolean;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Compare what a trained net predicts with the labels of some rows.')
    .addArgument(new InputArgument('<model>', 'what train --out wrote'))
    .addArgument(
      new InputArgument('<data>', 'labelled rows in the format of the training data, or images; - for standard input'),
    );
  addJson(addDocumentOptions(addDataOptions(addFlags(command, BATCH), false), { flags: COLUMN_FLAGS }))
    .addHelpText(
      'after',
      `
Tells for classes accuracy beside the share of the largest class, a confusion matrix (rows are true, columns predicted), precision, recall and F1 by class; for tasks the area
under the ROC curve of each and their mean; for values the root mean squared error beside that of the mean of the training rows, and R²; of a gated net also the share of gates
that were open. A dash stands where a figure is not defined.
Images: the name of a set, for its test images, a folder of PNG files by class, or IDX.

Examples:
  espalier evaluate model.safetensors test.txt --json
  espalier evaluate gater.safetensors cifar10`,
    )
    .action(evaluate);
}

async function evaluate(model: string, path: string, options: EvaluateOptions): Promise<void> {
  const settings = (await readFlags(BATCH, { ...options })).options;
  const { net, reference } = await openModel(model);
  const found = await loadLike(path, reference, options, true);
  if (!options.json) tellWarnings(found);
  const { data, name } = found;
  const result: GatedEvaluation = await inFile(name, () =>
    interruptible((signal) => net.evaluate(data, { ...settings, signal })),
  );
  const { target } = net;
  const { names } = target;
  if (options.json) return printJson({ method: net.method, ...(names ? { targetNames: names } : {}), ...result });
  const gates = result.gatesOpen === undefined ? '' : `, gates open ${percent(result.gatesOpen)}`;
  print(
    `${name}: ${plural(result.rows, 'row')}, ${metricText(result, target)}, loss ${result.loss.toFixed(4)}${gates}`,
  );
  printFigures(result, target);
}
