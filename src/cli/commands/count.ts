import type { Command } from 'commander';
import { Option } from 'commander';
import { complete } from '../../check/complete.js';
import { blockOf, COUNTING } from '../../counts/count.js';
import { DISCRETISE } from '../../structure/variables.js';
import { UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { InputOption, OutputOption } from '../flags/files.js';
import { flagsOf } from '../flags/flag.js';
import { addPart, addPartOptions } from '../flags/part.js';
import { readFlags } from '../flags/read.js';
import { interruptible } from '../interrupt.js';
import { addJson } from '../options.js';
import { countsFields, countsLine } from '../print/counts.js';
import { duration, plural, print, printJson, rounded } from '../print/output.js';
import { Progress } from '../print/progress.js';
import { tellWarnings } from '../print/told.js';
import { type CountAsked, type CountSettings, countPart } from '../read/counting.js';
import { writeCounts } from '../write/counts-file.js';

const CUTS = flagsOf(DISCRETISE);
const FLAGS = flagsOf(COUNTING);

interface CountCommandOptions extends CountAsked {
  readonly out: string;
  readonly classes: boolean;
  readonly bins?: string;
  readonly threshold?: string;
  readonly json?: boolean;
}

export function addCount(program: Command): void {
  const described = program
    .command('count')
    .description(
      'Count one part of some data: what a tree and mutual information need of its rows. Counts of parts add up (espalier merge).',
    );
  const command = addPart(described)
    .addOption(new OutputOption('-o, --out <file>', 'write the counts').makeOptionMandatory())
    .addOption(
      new InputOption('--survey <file>', 'of all parts: where columns are cut, which words and categories there are'),
    )
    .addOption(new Option('--part <id>', 'what tells the part from others (default: the SHA-256 of the file)'))
    .option('--no-classes', 'leave classes uncounted');
  addFlags(command, [...CUTS, ...FLAGS]);
  addJson(addPartOptions(command))
    .addHelpText(
      'after',
      `
Rows are read bit by bit: memory grows with the pairs that occur together, not with the rows. Sparse text cut at a number needs no survey; what else is counted without one is cut by itself
alone, and adds up only with counts that happen to be cut alike.

Examples:
  espalier count part-1.txt --out part-1.counts
  espalier count part-1.csv --survey all.survey --out part-1.counts
  espalier count words.txt --block 3/8 --out words-3.counts`,
    )
    .action(count);
}

async function count(path: string, options: CountCommandOptions): Promise<void> {
  if (options.bins !== undefined && options.threshold !== undefined)
    throw new UserError('--bins, --threshold: expected one of them, got both');
  const given = (await readFlags([...CUTS, ...FLAGS], { ...options })).options as Record<string, unknown>;
  const settings: CountSettings = {
    ...complete(COUNTING, { minSupport: given.minSupport, block: given.block, classes: options.classes }, 'count'),
    cuts: complete(DISCRETISE, { threshold: given.threshold, bins: given.bins }, 'count'),
  };
  requireBlock(settings.block);
  const begun = performance.now();
  const progress = new Progress(options.json);
  const { part, counts } = await interruptible((signal) =>
    countPart(
      path,
      options,
      settings,
      (rows) => progress.learn({ stage: 'Counting', done: 0, total: 1, unit: 'rows', note: plural(rows, 'row') }),
      signal,
    ),
  ).finally(() => progress.stop());
  const { pairs, ...contents } = counts.contents;
  const { bytes } = await writeCounts(options.out, contents, async (sink) =>
    sink(
      await pairs.read(0, pairs.start[pairs.items]!),
      Float64Array.from({ length: pairs.items }, (_, item) => pairs.start[item + 1]! - pairs.start[item]!),
    ),
  );
  const seconds = (performance.now() - begun) / 1000;
  const { name, format } = part;
  const warnings = [...new Set(part.warnings)];
  if (options.json) {
    printJson({
      part: name,
      format,
      ...countsFields(counts, bytes),
      warnings,
      seconds: rounded({ total: seconds }),
      files: [options.out],
    });
    return;
  }
  tellWarnings({ name, warnings });
  print(`${name}: ${countsLine(counts)}, in ${duration(seconds)}`);
  print(`Wrote ${options.out}`);
}

/** Before anything is read. */
function requireBlock(text: string | undefined): void {
  try {
    blockOf(text);
  } catch (error) {
    throw new UserError(`--${(error as Error).message}`, { cause: error });
  }
}
