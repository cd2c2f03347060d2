import type { Command } from 'commander';
import { loadLike } from './data.js';
import { inFile } from './errors.js';
import { interruptible } from './interrupt.js';
import { metricText, openModel } from './model.js';
import { addDataOptions, addJson, type DataOptions, integer } from './options.js';
import { plural, print, printJson } from './output.js';

interface EvaluateOptions extends Pick<DataOptions, 'format' | 'labels'> {
  batchSize: number;
  json?: boolean;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Compare what a trained net predicts with the labels of some rows.')
    .argument('<model>', 'what train --out wrote')
    .argument('<data>', 'labelled rows in the format of the training data; - for standard input')
    .option('--batch-size <n>', 'rows at a time', integer(1), 256);
  addJson(addDataOptions(command, false))
    .addHelpText(
      'after',
      `
Tells accuracy for classes, mean area under the ROC curve for tasks, root mean squared error for values.

Example:
  espalier evaluate model.safetensors test.txt --json`,
    )
    .action(evaluate);
}

async function evaluate(model: string, path: string, options: EvaluateOptions): Promise<void> {
  const { net, reference } = await openModel(model);
  const { data, name } = await loadLike(path, reference, options, true);
  const { batchSize } = options;
  const result = await inFile(name, () => interruptible((signal) => net.evaluate(data, { batchSize, signal })));
  if (options.json) return printJson({ method: net.method, ...result });
  print(`${name}: ${plural(result.rows, 'row')}, ${metricText(result)}, loss ${result.loss.toFixed(4)}`);
  result.auc?.forEach((auc, task) => {
    print(
      `  ${(net.target.names?.[task] ?? `task${task}`).padEnd(16)} ${auc === null ? 'labels of one kind only' : auc.toFixed(4)}`,
    );
  });
}
