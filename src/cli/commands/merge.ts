import { closeSync, openSync, readSync } from 'node:fs';
import type { Command } from 'commander';
import { mergedBut, mergeInto } from '../../counts/merge.js';
import { loadSurvey, saveSurvey } from '../../counts/survey/file.js';
import { mergeSurveys } from '../../counts/survey/merge.js';
import { defaultEngine } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import type { Counts } from '../../structure/counts/counts.js';
import { fileError, inFile } from '../errors.js';
import { InputArgument, OutputOption } from '../flags/files.js';
import { interruptible } from '../interrupt.js';
import { addJson } from '../options.js';
import { countsFields, countsLine } from '../print/counts.js';
import { duration, plural, print, printJson, rounded } from '../print/output.js';
import { readBytes } from '../read/bytes.js';
import { openCounts } from '../read/counts-file.js';
import { writeAtomically } from '../write/atomic.js';
import { writeCounts } from '../write/counts-file.js';

interface MergeCommandOptions {
  readonly out: string;
  readonly json?: boolean;
}

export function addMerge(program: Command): void {
  const command = program
    .command('merge')
    .description('Add up counts of parts, or surveys of parts: the same file for any order and any grouping.')
    .addArgument(new InputArgument('<parts...>', 'files that espalier count, survey or merge wrote'))
    .addOption(new OutputOption('-o, --out <file>', 'write what they add up to').makeOptionMandatory());
  addJson(command)
    .addHelpText(
      'after',
      `
Refused, by name: a part that is in two of them, other variables, other cuts, another header. Some megabytes of each file are in memory at a time.

Examples:
  espalier merge part-*.counts --out all.counts
  espalier merge part-*.survey --out all.survey`,
    )
    .action(merge);
}

async function merge(paths: string[], options: MergeCommandOptions): Promise<void> {
  const begun = performance.now();
  const isSurvey = holdsSurvey(paths[0]!);
  const { line, fields } = isSurvey ? await ofSurveys(paths, options.out) : await ofCounts(paths, options.out);
  const seconds = (performance.now() - begun) / 1000;
  if (options.json) {
    printJson({
      kind: isSurvey ? 'survey' : 'counts',
      ...fields,
      seconds: rounded({ total: seconds }),
      files: [options.out],
    });
    return;
  }
  print(`${plural(paths.length, 'file')}: ${line}, in ${duration(seconds)}`);
  print(`Wrote ${options.out}`);
}

async function ofCounts(paths: readonly string[], out: string) {
  const list: Counts[] = [];
  for (const path of paths) list.push(await openCounts(path));
  const contents = mergedBut(list, (i) => paths[i]!);
  const { counts, bytes } = await interruptible(async (signal) => {
    const engine = await defaultEngine();
    return writeCounts(out, contents, (sink) => mergeInto(engine, list, contents.ones.length, sink, new Pace(signal)));
  });
  return { line: countsLine(counts), fields: countsFields(counts, bytes) };
}

async function ofSurveys(paths: readonly string[], out: string) {
  const list = [];
  for (const path of paths) list.push(await inFile(path, () => loadSurvey(readBytes(path))));
  const merged = mergeSurveys(list);
  const bytes = saveSurvey(merged);
  writeAtomically(out, bytes);
  const { rows, parts } = merged;
  return {
    line: `${plural(rows, 'row')} of ${plural(parts.length, 'part')}`,
    fields: { rows, parts: parts.length, bytes: bytes.length },
  };
}

/** Whether the header of a file names a survey. */
function holdsSurvey(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const head = new Uint8Array(4096);
      const length = readSync(file, head);
      return new TextDecoder().decode(head.subarray(0, length)).includes('espalier.survey');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, path);
  }
}
