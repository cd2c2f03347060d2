import type { Command } from 'commander';
import type { Dataset } from '../../data/dataset.js';
import { gatesToSvg } from '../../drawings/gates/drawing.js';
import type { GaterNet } from '../../models/gaternet/gater-net.js';
import type { Net, RunOptions } from '../../models/net.js';
import { GateCounter, type GateReport, gatesToCsv, tellingGates } from '../../structure/gates.js';
import { inFile, UserError } from '../errors.js';
import { addFlags } from '../flags/add.js';
import { BATCH } from '../flags/batch.js';
import { InputArgument, OutputOption } from '../flags/files.js';
import { readFlags } from '../flags/read.js';
import { interruptible } from '../interrupt.js';
import { addDataOptions, addJson, type DataOptions, integer } from '../options.js';
import { count, millions, percent, plural, print, printJson, printTable } from '../print/output.js';
import { loadLike } from '../read/data.js';
import { hasGates, openModel } from '../read/model.js';
import { writeAtomically } from '../write/atomic.js';

interface GatesOptions extends Pick<DataOptions, 'format' | 'labels'> {
  batchSize?: string;
  top: number;
  classes: boolean;
  svg?: string;
  csv?: string;
  json?: boolean;
}

/** Of one image. */
export interface Cost {
  /** The backbone with all filters. */
  dense: number;
  /** The backbone with the filters that are open, mean over the images. */
  gated: number;
  gater: number;
}

export function addGates(program: Command): void {
  const command = program
    .command('gates')
    .description('Tell which filters a gated net opens: how often, by block and by class.')
    .addArgument(new InputArgument('<model>', 'what train --method gaternet --out wrote'))
    .addArgument(
      new InputArgument(
        '<data>',
        'images as of train: the name of a set, for its test images, a folder or IDX; - for standard input',
      ),
    )
    .addOption(new OutputOption('--svg <file>', 'draw a heat map: a column a gate, a row a class'))
    .addOption(new OutputOption('--csv <file>', 'write a line for each gate'))
    .option('--top <k>', 'gates to name that tell most of the class', integer(0), 10)
    .option('--no-classes', 'look at no labels; DATA then needs none');
  addJson(addDataOptions(addFlags(command, BATCH), false))
    .addHelpText(
      'after',
      `
A gate that every image opens is always open, one that none opens always closed; the others depend on the image. What a gate
tells of the class is their mutual information, in nats.

Examples:
  espalier gates gater.safetensors fashion-mnist --top 20
  espalier gates gater.safetensors t10k-images-idx3-ubyte --svg gates.svg --csv gates.csv`,
    )
    .action(gates);
}

async function gates(model: string, path: string, options: GatesOptions): Promise<void> {
  const settings = (await readFlags(BATCH, { ...options })).options;
  const { net, reference } = await openModel(model);
  requireGated(net, model);
  const { data, name } = await loadLike(path, reference, options, options.classes);
  const { report, cost } = await inFile(name, () =>
    interruptible((signal) => countGates(net, data, { classes: options.classes, ...settings, signal })),
  );
  if (options.svg !== undefined) writeAtomically(options.svg, gatesToSvg(report));
  if (options.csv !== undefined) writeAtomically(options.csv, gatesToCsv(report));
  if (options.json) {
    return printJson({
      method: net.method,
      ...report,
      telling: tellingGates(report, options.top),
      multiplyAdds: cost,
    });
  }
  printReport(name, report, options.top);
  printCost(cost);
}

function requireGated(net: Net, model: string): asserts net is GaterNet {
  if (!hasGates(net)) throw new UserError(`${model}: expected a net that has gates, got one of method '${net.method}'`);
  if (net.gateLayout.length === 0)
    throw new UserError(`${model}: this net has no gates, as it was trained with --gater none`);
}

/** Batch by batch: of a large net and many images the gates together would not fit. */
export async function countGates(
  net: Pick<GaterNet, 'gateLayout' | 'multiplyAdds' | 'gateBatches' | 'costOf'>,
  data: Dataset,
  { classes, ...options }: RunOptions & { classes: boolean },
): Promise<{ report: GateReport; cost: Cost }> {
  const labels = classes && data.targets?.kind === 'classes' ? data.targets : undefined;
  const counter = new GateCounter(net.gateLayout, labels);
  const width = counter.gates;
  let sum = 0;
  for await (const { first, gates: open } of net.gateBatches(data, options)) {
    counter.add(open, labels?.values.subarray(first, first + open.length / width));
    for (let at = 0; at < open.length; at += width) sum += net.costOf(open.subarray(at, at + width));
  }
  return { report: counter.report(), cost: { ...net.multiplyAdds, gated: sum / data.rows } };
}

function printReport(name: string, report: GateReport, top: number): void {
  const { rows, gates, meanOpen, alwaysOn, alwaysOff, inputDependent, blocks, classes } = report;
  const { min, mean, max } = report.openPerImage;
  print(`${name}: ${plural(rows, 'image')}, ${plural(gates, 'gate')}`);
  print(`Open: ${percent(meanOpen)}; in an image ${count(min)} to ${count(max)}, ${mean.toFixed(1)} on average\n`);
  const lines = [...blocks, { name: 'all', count: gates, meanOpen, alwaysOn, inputDependent, alwaysOff }].map((b) => [
    b.name,
    count(b.count),
    percent(b.meanOpen),
    ...[b.alwaysOn, b.inputDependent, b.alwaysOff].map(count),
  ]);
  printTable([['Block', 'gates', 'open', 'always open', 'dependent', 'always closed'], ...lines]);
  const telling = tellingGates(report, top);
  if (!classes || telling.length === 0) return;
  print(`\nGates that tell most of the class, nats of ${classes.entropy.toFixed(3)}:`);
  const opens = (gate: number, c: number) => `${classes.names[c]} (${percent(classes.openRate[gate]![c]!)})`;
  for (const { gate, block, filter, information, most, least } of telling) {
    const place = `${block} filter ${filter}`;
    print(`  ${information.toFixed(3)}  ${place}: open most for ${opens(gate, most)}, least for ${opens(gate, least)}`);
  }
}

function printCost({ dense, gated, gater }: Cost): void {
  print(
    `\nMultiply-adds per image: ${millions(gated)} with the open filters, ${millions(dense)} with all (${percent(1 - gated / dense)} saved); ${millions(gater)} for the gater`,
  );
}
