import type { Command } from 'commander';
import { InputArgument } from '../flags/files.js';
import { addDataOptions, addJson, type DataOptions } from '../options.js';
import { printInspection } from '../print/inspection.js';
import { printJson } from '../print/output.js';
import { look } from '../read/look.js';
import { commandWith } from '../troubles.js';

interface InspectOptions extends DataOptions {
  json?: boolean;
}

/** `args`: the command line, of which the command that goes on is made. */
export function addInspect(program: Command, args: readonly string[]): void {
  const command = program
    .command('inspect')
    .description('Look at data: columns, their kinds and ranges, missing cells, classes, and how they are read.')
    .addArgument(
      new InputArgument('<data>', 'a file, or - for standard input; a folder of images or the name of a set'),
    );
  addJson(addDataOptions(command, true))
    .addHelpText(
      'after',
      `
Refuses no cell: what learning would refuse is told, with the command that would go on. Delimiter, decimal mark and header are told by the text unless
an option says them: a spreadsheet exported in Germany, with ; and decimal commas, is read as it is.

Examples:
  espalier inspect passengers.csv --target Survived
  espalier inspect messwerte.csv --delimiter semicolon --decimal comma
  espalier inspect survey.csv --missing-marks NA,-999 --json`,
    )
    .action((path: string, options: InspectOptions) => inspect(path, options, args));
}

async function inspect(path: string, options: InspectOptions, args: readonly string[]): Promise<void> {
  const found = await look(path, options);
  const { name, suggestion, ...rest } = found;
  const training = ['train', ...args.slice(1).filter((arg) => arg !== '--json')];
  const goesOn = suggestion && commandWith(training, suggestion);
  if (options.json) printJson({ data: name, ...rest, ...(suggestion ? { suggestion, goesOn } : {}) });
  else printInspection(found, goesOn);
}
