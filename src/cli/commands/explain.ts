import type { Command } from 'commander';
import { EXPLAIN, type LayerExplanation, type UnitExplanation } from '../../models/feedforward/explain.js';
import { inFile, UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { addDocumentOptions } from '../flags/documents.js';
import { InputArgument } from '../flags/files.js';
import { flagsOf } from '../flags/flag.js';
import { readFlags } from '../flags/read.js';
import { COLUMN_FLAGS, type FurtherOptions } from '../flags/texts.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, integer } from '../options.js';
import { count, plural, print, printJson } from '../print/output.js';
import { tellWarnings } from '../print/told.js';
import { loadLike } from '../read/data.js';
import { explains, openModel } from '../read/model.js';

const FLAGS = flagsOf(EXPLAIN);

interface ExplainCommandOptions extends FurtherOptions {
  units: number;
  layer?: number;
  json?: boolean;
}

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('Tell what the hidden units of a net stand for: their top features, and how coherent these are.')
    .addArgument(new InputArgument('<model>', 'what train --out wrote'))
    .addArgument(new InputArgument('<data>', 'rows in the format of the training data; - for standard input'))
    .option('--layer <n>', 'only this hidden layer, counted from 1', integer(1))
    .option('--units <n>', 'most coherent units of each layer to print; --json holds all', integer(0), 10);
  addJson(addDocumentOptions(addDataOptions(addFlags(command, FLAGS), false), { flags: COLUMN_FLAGS }))
    .addHelpText(
      'after',
      `
A unit's features are those whose presence correlates most with its activation. Its coherence is the mean NPMI (normalised
pointwise mutual information, from -1 to 1) of pairs of these features on the same rows.

Example:
  espalier explain model.safetensors train.txt --top 5 --units 20`,
    )
    .action(explain);
}

async function explain(model: string, path: string, options: ExplainCommandOptions): Promise<void> {
  const settings = (await readFlags(FLAGS, { ...options })).options;
  const { net, reference } = await openModel(model);
  if (!explains(net)) {
    throw new UserError(
      `${model}: expected a net with units to explain, got one of method '${net.method}'; try espalier gates`,
    );
  }
  const found = await loadLike(path, reference, options, false);
  if (!options.json) tellWarnings(found);
  const { data, name } = found;
  const { layer } = options;
  const hidden = net.layers.length - 1;
  if (layer !== undefined && layer > hidden)
    throw new UserError(`--layer: expected one from 1 to ${hidden}, got ${layer}`);
  const result = await inFile(name, () =>
    interruptible((signal) =>
      net.explain(data, { ...settings, signal, ...(layer === undefined ? {} : { layers: [layer - 1] }) }),
    ),
  );
  if (options.json) return printJson({ method: net.method, ...result });
  print(`${name}: ${plural(result.rows, 'row')}`);
  for (const one of result.layers) printLayer(one, options.units);
}

function printLayer(
  { layer, units, coherence, sparseCoherence, globalCoherence }: LayerExplanation,
  most: number,
): void {
  const score = (x: number | null) => (x === null ? 'none' : x.toFixed(3));
  const kinds = [
    ['sparse', units.filter(({ kind }) => kind === 'sparse').length, sparseCoherence],
    ['global', units.filter(({ kind }) => kind === 'global').length, globalCoherence],
  ] as const;
  const parts = kinds.filter(([, n]) => n > 0).map(([kind, n, mean]) => `${count(n)} ${kind} ${score(mean)}`);
  print(`\nLayer ${layer + 1}: coherence ${score(coherence)} (${parts.join(', ')})`);
  const rank = ({ coherence: c }: UnitExplanation) => c ?? -2;
  const shown = [...units].sort((a, b) => rank(b) - rank(a) || a.unit - b.unit).slice(0, most);
  for (const { unit, kind, activity, features, coherence: own } of shown) {
    const names = features.map(({ name }) => name).join(' ') || 'nothing';
    const on = `${(100 * activity).toFixed(0)} %`;
    print(`  ${score(own).padStart(6)}  ${`${kind} ${unit}`.padEnd(12)} on in ${on.padStart(5)}:  ${names}`);
  }
  if (shown.length < units.length && most > 0) print(`  ... and ${plural(units.length - shown.length, 'unit')} more`);
}
