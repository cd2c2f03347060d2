import type { Command } from 'commander';
import { targetInformation, topPairs } from '../../structure/information.js';
import { UserError } from '../errors.js';
import { InputOption } from '../flags/files.js';
import { interruptible } from '../interrupt.js';
import { addJson, integer } from '../options.js';
import { duration, plural, print, printJson, rounded } from '../print/output.js';
import { openCounts } from '../read/counts-file.js';

interface MiOptions {
  readonly counts: string;
  readonly top: number;
  readonly json?: boolean;
}

export function addMi(program: Command): void {
  const command = program
    .command('mi')
    .description('Mutual information from counts: the pairs of variables with most, and each variable with the class.')
    .addOption(
      new InputOption(
        '--counts <file>',
        'what espalier count or merge wrote; - for standard input',
      ).makeOptionMandatory(),
    )
    .option('--top <k>', 'how many pairs, and how many variables', integer(1), 10);
  addJson(command)
    .addHelpText(
      'after',
      `
Examples:
  espalier mi --counts all.counts
  espalier mi --counts all.counts --top 100 --json`,
    )
    .action(mi);
}

async function mi(options: MiOptions): Promise<void> {
  const begun = performance.now();
  const counts = await openCounts(options.counts);
  const { names } = counts;
  if (counts.missing !== undefined) throw new UserError(`${options.counts}: ${counts.missing} is missing`);
  const { top } = options;
  const { pairs, target } = await interruptible(async (signal) => ({
    pairs: counts.variables > 1 ? await topPairs(counts, top, { signal }) : [],
    target: counts.contents.classes && (await targetInformation(counts, { signal })),
  }));
  const telling =
    target &&
    Array.from(target, (information, variable) => ({ variable, information }))
      .sort((x, y) => y.information - x.information || x.variable - y.variable)
      .slice(0, top)
      .map(({ variable, information }) => ({ variable, ...(names ? { name: names[variable] } : {}), information }));
  const seconds = (performance.now() - begun) / 1000;
  if (options.json) {
    printJson({
      counts: options.counts,
      rows: counts.rows,
      variables: counts.variables,
      pairs: pairs.map(({ a, b, information }) => ({
        a,
        b,
        ...(names ? { names: [names[a], names[b]] } : {}),
        information,
      })),
      ...(telling ? { target: { classes: counts.contents.classes!.labels, variables: telling } } : {}),
      seconds: rounded({ total: seconds }),
    });
    return;
  }
  print(
    `${options.counts}: ${plural(counts.rows, 'row')}, ${plural(counts.variables, 'variable')}, in ${duration(seconds)}`,
  );
  if (pairs.length > 0) print('Pairs with most information, nats:');
  for (const { a, b, information } of pairs)
    print(`  ${information.toFixed(4)}  ${names?.[a] ?? a} – ${names?.[b] ?? b}`);
  if (!telling) return;
  print('Variables with most information on the class, nats:');
  for (const { variable, name = variable, information } of telling) print(`  ${information.toFixed(4)}  ${name}`);
}
