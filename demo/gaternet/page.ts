import type { FitOptions, GatedEvaluation, GateReport } from 'espalier';
import { gatesToSvg } from 'espalier/draw';
import { xml } from '#dist/drawings/svg.js';
import {
  accuracyByEpoch,
  byEpoch,
  chartGrid,
  netLegend,
  SHARE,
  type StyledNet,
  trainingLoss,
} from '../frame/charts.js';
import { footerOf, guess, headerOf, ink, pageOf, section, widePanel } from '../frame/markup.js';
import { percent, secondsText, whole } from '../frame/numbers.js';
import type { Run } from '../frame/run.js';
import type { Tint } from '../frame/style.js';
import { bar, namesOf, table, tableRow, testRows } from '../frame/tables.js';
import { type NetResult, secondsOf } from '../frame/training.js';
import { barcode, byRate } from './barcode.js';

/** What one image costs in a net, or in a part of it. */
export interface ImageCost {
  readonly name: string;
  /** Predicted: counted from the shapes, and the filters that open; mean over the test images. */
  readonly multiplyAdds: number;
  /** Measured, for each of the batch sizes. */
  readonly milliseconds: readonly number[];
}

export interface Example {
  /** Greys, row by row. */
  readonly pixels: Uint8Array;
  /** 0 or 1 */
  readonly gates: ArrayLike<number>;
  readonly label: number;
  readonly predicted: number;
  /** Of the class predicted. */
  readonly probability: number;
  /** Of the gated backbone. */
  readonly multiplyAdds: number;
}

export interface GaterRun extends Run {
  readonly data: {
    readonly name: string;
    /** Width of an image. */
    readonly side: number;
    readonly classNames: readonly string[];
  };
  /** Words like 'ResNet-8'. */
  readonly backbone: string;
  readonly gater: string;
  readonly placement: 'block-output' | 'every-conv';
  /** Weight of the share of open gates in the loss. */
  readonly lambda: number;
  readonly fit: FitOptions;
  /** Epochs at the start in which all gates are open. */
  readonly pretrainEpochs: number;
  readonly gated: NetResult;
  /** The same backbone without gates. */
  readonly twin: NetResult;
  /** Over the test images, by class. */
  readonly gates: GateReport;
  readonly batchSizes: readonly number[];
  /** The twin, with which the others are compared; the gated net's backbone alone; the gated net with its gater. */
  readonly costs: readonly ImageCost[];
  readonly examples: readonly Example[];
}

/** The report of `npm run demo:gaternet`; `style` are its style sheets. */
export function gaternetPage(run: GaterRun, style: string): string {
  return pageOf({
    title: `Espalier: ${xml(run.data.name)} with filters chosen for each image`,
    style,
    main: [header, exampleSection, mapSection, trainingSection, costSection, footer].map((part) => part(run)),
  });
}

const netsOf = ({ gated, twin }: GaterRun): StyledNet[] => [
  { net: gated, style: 'green' },
  { net: twin, style: 'blue' },
];

function header(run: GaterRun): string {
  const { gated, twin, gates, costs, batchSizes, backbone, gater, data } = run;
  const last = batchSizes.length - 1;
  const [dense, chosen, both] = costs;
  return headerOf(
    'A net that chooses its filters for each image',
    `Two small networks learn together. One looks at an image of ${xml(data.name)} and opens or closes every filter of the other, which then answers with the open ones alone. The closed ones are not computed.`,
    [
      [
        percent(gated.testAccuracy),
        `of the test images right; the same ${xml(backbone)} without gates: ${percent(twin.testAccuracy)}`,
      ],
      [
        percent(gates.meanOpen, 1),
        `of the ${whole(gates.gates)} filters open for an image; ${whole(gates.inputDependent)} of them depend on it`,
      ],
      [
        percent(chosen!.milliseconds[last]! / dense!.milliseconds[last]!, 0),
        `of the time of all filters, at ${percent(chosen!.multiplyAdds / dense!.multiplyAdds, 0)} of the multiply-adds; with the gater, ${xml(gater)}, ${percent(both!.milliseconds[last]! / dense!.milliseconds[last]!, 0)}`,
      ],
    ],
    run,
  );
}

function exampleSection({ examples, gates, data }: GaterRun): string {
  const order = byRate(gates);
  const card = (example: Example, i: number) => {
    const { pixels, label, predicted, probability, multiplyAdds } = example;
    const name = (c: number) => xml(data.classNames[c] ?? String(c));
    const right = predicted === label;
    const open = Array.from(example.gates).filter((gate) => gate === 1).length;
    const truth = right ? '' : `, in truth ${name(label)}`;
    const image = ink(pixels, data.side, `Test image ${i + 1}: ${name(label)}`);
    const answer = guess(right, name(predicted), probability, undefined, truth);
    return `<figure class="example"><div class="pair">${image}${barcode(example.gates, gates, order)}</div><figcaption>${answer}<span class="guess">${open} open, ${millions(multiplyAdds)} multiply-adds</span></figcaption></figure>`;
  };
  return section(
    'What it opens',
    [
      'Test images, the filters that the gater opens for each, and the class that the net then gives.',
      `A row of the barcode is a block, from the first layers down to the last; a bar is a filter. <span class="key green">Green</span> ones are open, and would be closed for some other image. Grey ones are open for all ${whole(gates.rows)}.`,
      'Every barcode has its filters in the same order: those that open most often on the left.',
    ],
    `<div class="examples">${examples.map(card).join('')}</div>`,
  );
}

function mapSection({ gates, placement }: GaterRun): string {
  const { openPerImage, classes, alwaysOn, alwaysOff, inputDependent, rows } = gates;
  const gated =
    placement === 'every-conv'
      ? 'both convolutions of each block; a filter closed in the first saves its channel in the second, too'
      : 'the second convolution of each block';
  const strongest = classes ? Math.max(...classes.information) : 0;
  return section(
    'Which class opens which filter',
    [
      `Gates stand behind ${gated}. A column is a filter, a row a class; the darker (by night: the brighter), the more of the class’s images open the filter.`,
      `Over ${whole(rows)} test images <strong>${whole(inputDependent)} of ${whole(gates.gates)} gates depend on the image</strong>; ${whole(alwaysOn)} are always open and ${whole(alwaysOff)} always closed, and these could be cut off for good. An image opens ${whole(openPerImage.min)} to ${whole(openPerImage.max)}.`,
      ...(classes
        ? [
            `Nobody told the gater to sort by class. The gate that tells most has ${strongest.toFixed(2)} nats of mutual information with it; a gate that parted the classes into equal halves would have ${Math.LN2.toFixed(2)}.`,
          ]
        : []),
    ],
    widePanel((width) => gatesToSvg(gates, { width }), 'heatmap'),
  );
}

function trainingSection(run: GaterRun): string {
  const { gated, fit, pretrainEpochs, lambda, rows } = run;
  const nets = netsOf(run);
  /** While the gater rests, what it opens says nothing. */
  const counts = ({ epoch }: { epoch: number }, net: NetResult) => net !== gated || epoch > pretrainEpochs;
  const charts = [
    accuracyByEpoch(nets, counts),
    trainingLoss(nets),
    byEpoch(
      'Filters open',
      nets,
      (record, net) => {
        const open = (record.validation as GatedEvaluation | undefined)?.gatesOpen;
        return open === undefined || !counts(record, net) ? undefined : 100 * open;
      },
      { ...SHARE, yFrom: 0 },
    ),
  ];
  const held =
    pretrainEpochs === 0
      ? ''
      : ` All gates are held open in the first ${pretrainEpochs === 1 ? 'one' : `${pretrainEpochs} of these`}, while the gater rests.`;
  const cells = (cell: (net: NetResult) => string | number) => nets.map(({ net }) => cell(net));
  return section(
    'With gates and without',
    [
      `The twin is the same backbone with all filters always open, trained by the same schedule: ${fit.epochs} epochs from a learning rate of ${fit.learningRate}, batches of ${fit.batchSize}.${held}`,
      `In training the gates are noisy, and the loss has ${lambda} times the share of open gates in it, so the gater is paid for closing what it can. Its training loss therefore is not comparable with the twin’s.`,
      `Accuracy is over the ${whole(rows.test)} test images. The gated net’s parameters are those of both its parts.`,
    ],
    `${netLegend(nets)}
${chartGrid(charts)}
${table(
  namesOf(nets),
  [
    ...testRows(nets, rows.test),
    tableRow(
      'Parameters',
      cells(({ weights }) => weights),
    ),
    tableRow(
      'Training',
      cells((net) => secondsText(secondsOf(net))),
    ),
  ],
  'compare',
)}`,
  );
}

function costSection({ costs, batchSizes }: GaterRun): string {
  const reference = costs[0]!;
  const most = Math.max(
    ...costs.flatMap((cost) => [
      cost.multiplyAdds / reference.multiplyAdds,
      ...cost.milliseconds.map((ms, b) => ms / reference.milliseconds[b]!),
    ]),
  );
  const cell = (text: string, share: number, style: Tint) =>
    `${text}<small>${percent(share, 0)}</small>${bar(share / most, style)}`;
  const lines = costs.map(({ name, multiplyAdds, milliseconds }) =>
    tableRow(xml(name), [
      cell(millions(multiplyAdds), multiplyAdds / reference.multiplyAdds, 'blue'),
      ...milliseconds.map((ms, b) => cell(`${duration(ms)}\u00a0ms`, ms / reference.milliseconds[b]!, 'green')),
    ]),
  );
  const measured = batchSizes.map((size) => `Measured, ${size === 1 ? 'one image' : `batch of ${size}`}`);
  return section(
    'What it costs',
    [
      'Multiply-adds per image as counted from the shapes and the filters that open, beside milliseconds per image as measured, on one thread. Bars and percentages are shares of the twin’s.',
      'A mask that is multiplied in afterwards would close filters and save nothing. Here a closed filter is not computed, for each image of a batch by itself, and the answers are those of the masked net to the last bit.',
      'What the gater costs does not depend on what it closes: it pays beside a backbone much larger than itself.',
    ],
    table(['Multiply-adds, predicted', ...measured], lines, 'compare costs'),
  );
}

function footer(run: GaterRun): string {
  const { data, backbone, gater, placement, gated, twin } = run;
  return footerOf(run, {
    unit: 'Images',
    facts: [['Nets', `backbone ${xml(backbone)}, gater ${xml(gater)}, gates at ${placement}`]],
    seeded: 'the split and all weights',
    nets: [gated, twin],
    note: `Method: Chen, Li, Bengio and Si, <cite>You Look Twice: GaterNet for Dynamic Filter Selection in CNNs</cite> (CVPR 2019). Data: ${xml(data.name)}. Written by <code>npm run demo:gaternet</code>.`,
  });
}

function millions(n: number): string {
  return `${(n / 1e6).toFixed(n < 1e6 ? 3 : n < 1e8 ? 2 : 0)}\u00a0M`;
}

/** Three digits, for whatever size of net. */
function duration(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
}
