import type { Command } from 'commander';
import { saveSurvey } from '../../counts/survey/file.js';
import type { Survey } from '../../counts/survey/survey.js';
import { show } from '../../data/text/show.js';
import { inFile } from '../errors.js';
import { OutputOption } from '../flags/files.js';
import { addPart, addPartOptions } from '../flags/part.js';
import { interruptible } from '../interrupt.js';
import { addJson } from '../options.js';
import { duration, plural, print, printJson, rounded } from '../print/output.js';
import { say, tellWarnings } from '../print/told.js';
import { FORMAT_NAMES } from '../read/format.js';
import { type SurveyAsked, surveyOf } from '../read/surveying.js';
import { writeAtomically } from '../write/atomic.js';

interface SurveyCommandOptions extends SurveyAsked {
  out: string;
  json?: boolean;
}

export function addSurvey(program: Command): void {
  const described = program
    .command('survey')
    .description(
      'A first pass over one part of some data: what its columns hold, for parts to be cut and counted as the whole would be.',
    );
  const command = addPart(described).addOption(
    new OutputOption('-o, --out <file>', 'write the survey').makeOptionMandatory(),
  );
  addJson(addPartOptions(command))
    .addHelpText(
      'after',
      `
Surveys of all parts merge to one (espalier merge), by which each part is counted (espalier count PART --survey ALL). Parts of a CSV without a header, but one, take it from that one.

Examples:
  espalier survey part-1.csv --out part-1.survey
  espalier survey notes/ --language en --out notes.survey`,
    )
    .action(survey);
}

async function survey(path: string, options: SurveyCommandOptions): Promise<void> {
  const begun = performance.now();
  const { part, found } = await interruptible((signal) => surveyOf(path, options, signal));
  writeAtomically(options.out, await inFile(options.out, () => saveSurvey(found)));
  const seconds = (performance.now() - begun) / 1000;
  const { name, format, warnings, told } = part;
  const columns = columnsOf(found);
  const all = [...new Set([...warnings, ...inexactOf(found)])];
  if (options.json) {
    printJson({
      part: name,
      format,
      rows: found.rows,
      ...(columns === undefined ? {} : { columns }),
      ...(found.content.kind === 'texts' ? { words: found.content.census.words.size } : {}),
      warnings: all,
      seconds: rounded({ total: seconds }),
      files: [options.out],
    });
    return;
  }
  say(`read ${name}: ${told ?? toldOf(found, FORMAT_NAMES[format as keyof typeof FORMAT_NAMES])}`);
  tellWarnings({ name, warnings: all });
  const what =
    found.content.kind === 'texts'
      ? `${plural(found.rows, 'document')}, ${plural(found.content.census.words.size, 'word')}`
      : `${plural(found.rows, 'row')}, ${plural(columns!, 'column')}`;
  print(`${name}: ${what}, in ${duration(seconds)}`);
  print(`Wrote ${options.out}`);
}

function columnsOf({ content }: Survey): number | undefined {
  if (content.kind === 'texts') return undefined;
  return content.kind === 'sparse' ? content.census.columns : content.columns.length;
}

function toldOf({ content }: Survey, format: string): string {
  if (content.kind !== 'cells') return format;
  const { dialect, names } = content;
  return `${format}, delimiter ${show(dialect!.delimiter)}, header ${names ? 'yes' : 'no'}`;
}

/** A word on columns whose quantiles are near the truth alone. */
function inexactOf({ content }: Survey): string[] {
  if (!('columns' in content)) return [];
  return content.columns.flatMap(({ numbers }, c) =>
    numbers.isExact
      ? []
      : `column ${show(content.names?.[c] ?? `column${c}`)} has more than ${numbers.limit} different numbers: quantiles (--bins) hold to ${numbers.precision.toPrecision(2)} of a number, means exactly`,
  );
}
