import { type EpochRecord, type GateReport, gateKind } from 'espalier';
import { gatesToSvg } from 'espalier/draw';
import { type ChartOptions, escapeHtml, type Series } from './drawings.js';
import type { Machine } from './machine.js';
import { footerOf, headerOf, pageOf, percent, runFacts, section, whole } from './markup.js';
import { inkPng } from './png.js';
import { asPercent, chartGrid } from './training-charts.js';

/** A net as it was trained and tested. */
export interface TrainedNet {
  readonly name: string;
  readonly parameters: number;
  /** `gatesOpen`: mean share of the gates open on the validation rows, of a net that has some. */
  readonly history: readonly (EpochRecord & { readonly gatesOpen?: number })[];
  readonly testAccuracy: number;
  /** Training alone. */
  readonly seconds: number;
  readonly sha256: string;
}

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

export interface GaterRun {
  readonly seed: number;
  readonly machine: Machine;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly data: {
    readonly name: string;
    /** Width of an image. */
    readonly side: number;
    readonly classNames: readonly string[];
    readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  };
  /** Words like 'ResNet-8'. */
  readonly backbone: string;
  readonly gater: string;
  readonly placement: 'block-output' | 'every-conv';
  /** Weight of the share of open gates in the loss. */
  readonly lambda: number;
  readonly fit: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
    /** Epochs at the start in which all gates are open. */
    readonly pretrainEpochs: number;
  };
  readonly gated: TrainedNet;
  /** The same backbone without gates. */
  readonly twin: TrainedNet;
  /** Over the test images, by class. */
  readonly gates: GateReport;
  readonly batchSizes: readonly number[];
  /** The twin, with which the others are compared; the gated net's backbone alone; the gated net with its gater. */
  readonly costs: readonly ImageCost[];
  readonly examples: readonly Example[];
}

/** Widths of the heat map beside the text and on a phone. */
const WIDE = 736;
const NARROW = 340;

/** The report of `npm run demo:gaternet`; `style` is report.css. */
export function gaternetPage(run: GaterRun, style: string): string {
  return pageOf({
    title: `Espalier: ${escapeHtml(run.data.name)} with filters chosen for each image`,
    style,
    main: [header, exampleSection, mapSection, trainingSection, costSection, footer].map((part) => part(run)),
  });
}

function header({ gated, twin, gates, costs, batchSizes, backbone, gater, data, seconds }: GaterRun): string {
  const last = batchSizes.length - 1;
  const [dense, chosen, both] = costs;
  return headerOf(
    'A net that chooses its filters for each image',
    `Two small networks learn together. One looks at an image of ${escapeHtml(data.name)} and opens or closes every filter of the other, which then answers with the open ones alone. The closed ones are not computed.`,
    [
      [
        percent(gated.testAccuracy),
        `of the test images right; the same ${escapeHtml(backbone)} without gates: ${percent(twin.testAccuracy)}`,
      ],
      [
        percent(gates.meanOpen, 1),
        `of the ${whole(gates.gates)} filters open for an image; ${whole(gates.inputDependent)} of them depend on it`,
      ],
      [
        percent(chosen!.milliseconds[last]! / dense!.milliseconds[last]!, 0),
        `of the time of all filters, at ${percent(chosen!.multiplyAdds / dense!.multiplyAdds, 0)} of the multiply-adds; with the gater, ${escapeHtml(gater)}, ${percent(both!.milliseconds[last]! / dense!.milliseconds[last]!, 0)}`,
      ],
      [`${seconds.toFixed(0)}\u00a0s`, 'for everything on this page, one thread'],
    ],
  );
}

function exampleSection({ examples, gates, data }: GaterRun): string {
  const order = byRate(gates);
  const card = (example: Example, i: number) => {
    const { pixels, label, predicted, probability, multiplyAdds } = example;
    const name = (c: number) => escapeHtml(data.classNames[c] ?? String(c));
    const right = predicted === label;
    const open = Array.from(example.gates).filter((gate) => gate === 1).length;
    const truth = right ? '' : `, in truth ${name(label)}`;
    return `<figure class="example"><div class="pair"><span class="frame"><img class="ink" src="${inkPng(pixels, data.side)}" width="${data.side}" height="${pixels.length / data.side}" alt="Test image ${i + 1}: ${name(label)}"></span>${barcode(example.gates, gates, order)}</div><figcaption><span class="guess ${right ? 'right' : 'wrong'}"><b>${name(predicted)}</b> ${percent(probability, 0)}${truth}</span><span class="guess">${open} open, ${millions(multiplyAdds)} multiply-adds</span></figcaption></figure>`;
  };
  return section(
    'What it opens',
    [
      'Test images, the filters that the gater opens for each, and the class that the net then gives.',
      `A row of the barcode is a block, from the first layers down to the last; a bar is a filter. <span class="key plus">Green</span> ones are open, and would be closed for some other image. Grey ones are open for all ${whole(gates.rows)}.`,
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
    `<div class="panel heatmap"><div class="wide">${gatesToSvg(gates, { width: WIDE })}</div><div class="narrow">${gatesToSvg(gates, { width: NARROW })}</div></div>`,
  );
}

function trainingSection({ gated, twin, fit, lambda, data }: GaterRun): string {
  /** `resting`: the gater has learned nothing yet, and what it opens says nothing. */
  const series = (value: (record: TrainedNet['history'][number], resting: boolean) => number | undefined): Series[] =>
    [
      { net: gated, style: 'gated', rests: fit.pretrainEpochs },
      { net: twin, style: 'twin', rests: 0 },
    ]
      .map(({ net, style, rests }) => ({
        name: net.name,
        style,
        points: net.history.flatMap((record): [number, number][] => {
          const y = value(record, record.epoch <= rests);
          return y === undefined ? [] : [[record.epoch, y]];
        }),
      }))
      .filter(({ points }) => points.length > 0);
  const charts: ChartOptions[] = [
    {
      title: 'Validation accuracy',
      x: 'epoch',
      xFrom: 1,
      series: series(({ validation }, resting) =>
        resting || validation?.accuracy === undefined ? undefined : 100 * validation.accuracy,
      ),
      format: asPercent,
    },
    {
      title: 'Training loss',
      x: 'epoch',
      xFrom: 1,
      yFrom: 0,
      series: series(({ loss }) => loss),
      format: (y: number) => String(Number(y.toFixed(4))),
    },
    {
      title: 'Filters open',
      x: 'epoch',
      xFrom: 1,
      yFrom: 0,
      series: series(({ gatesOpen }, resting) => (resting || gatesOpen === undefined ? undefined : 100 * gatesOpen)),
      format: asPercent,
    },
  ].filter(({ series }) => series.length > 0);
  const held =
    fit.pretrainEpochs === 0
      ? ''
      : ` All gates are held open in the first ${fit.pretrainEpochs === 1 ? 'one' : `${fit.pretrainEpochs} of these`}, while the gater rests.`;
  const row = (name: string, cell: (net: TrainedNet) => string) =>
    `<tr><th scope="row">${name}</th><td>${cell(gated)}</td><td>${cell(twin)}</td></tr>`;
  const errors = (net: TrainedNet) => whole(Math.round((1 - net.testAccuracy) * data.rows.test));
  return section(
    'With gates and without',
    [
      `The twin is the same backbone with all filters always open, trained by the same schedule: ${fit.epochs} epochs from a learning rate of ${fit.learningRate}, batches of ${fit.batchSize}.${held}`,
      `In training the gates are noisy, and the loss has ${lambda} times the share of open gates in it, so the gater is paid for closing what it can. Its training loss therefore is not comparable with the twin’s.`,
      `Accuracy is over the ${whole(data.rows.test)} test images. The gated net’s parameters are those of both its parts.`,
    ],
    `<ul class="legend lines"><li class="gated">${escapeHtml(gated.name)}</li><li class="twin">${escapeHtml(twin.name)}</li></ul>
${chartGrid(charts)}
<div class="scroll"><table class="compare">
<thead><tr><td></td><th scope="col">${escapeHtml(gated.name)}</th><th scope="col">${escapeHtml(twin.name)}</th></tr></thead>
<tbody>
${row('Test accuracy', (net) => `<strong>${percent(net.testAccuracy)}</strong>`)}
${row(`Errors in ${whole(data.rows.test)}`, errors)}
${row('Parameters', (net) => whole(net.parameters))}
${row('Training', (net) => `${net.seconds.toFixed(1)}\u00a0s`)}
</tbody></table></div>`,
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
  const cell = (text: string, share: number, style: string) =>
    `<td>${text}<small>${percent(share, 0)}</small><span class="bar ${style}"><span style="width:${((100 * share) / most).toFixed(1)}%"></span></span></td>`;
  const lines = costs.map(({ name, multiplyAdds, milliseconds }) => {
    const cells = [
      cell(millions(multiplyAdds), multiplyAdds / reference.multiplyAdds, 'predicted'),
      ...milliseconds.map((ms, b) => cell(`${duration(ms)}\u00a0ms`, ms / reference.milliseconds[b]!, 'measured')),
    ];
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  });
  return section(
    'What it costs',
    [
      'Multiply-adds per image as counted from the shapes and the filters that open, beside milliseconds per image as measured, on one thread. Bars and percentages are shares of the twin’s.',
      'A mask that is multiplied in afterwards would close filters and save nothing. Here a closed filter is not computed, for each image of a batch by itself, and the answers are those of the masked net to the last bit.',
      'What the gater costs does not depend on what it closes: it pays beside a backbone much larger than itself.',
    ],
    `<div class="scroll"><table class="compare costs">
<thead><tr><td></td><th scope="col">Multiply-adds, predicted</th>${batchSizes.map((size) => `<th scope="col">Measured, ${size === 1 ? 'one image' : `batch of ${size}`}</th>`).join('')}</tr></thead>
<tbody>${lines.join('\n')}</tbody></table></div>`,
  );
}

function footer({
  seed,
  machine,
  seconds,
  peakBytes,
  data,
  backbone,
  gater,
  placement,
  gated,
  twin,
}: GaterRun): string {
  const { train, validation, test } = data.rows;
  return footerOf(
    [
      ...runFacts(machine, seconds, peakBytes),
      ['Images', `${whole(train)} to train, ${whole(validation)} to validate, ${whole(test)} to test`],
      ['Nets', `backbone ${escapeHtml(backbone)}, gater ${escapeHtml(gater)}, gates at ${placement}`],
      ['Seed', `${seed}: the split and all weights are a function of it, the same bits on every machine`],
      ['SHA-256', `gated <code>${gated.sha256.slice(0, 16)}</code>, twin <code>${twin.sha256.slice(0, 16)}</code>`],
    ],
    `Method: Chen, Li, Bengio and Si, <cite>You Look Twice: GaterNet for Dynamic Filter Selection in CNNs</cite> (CVPR 2019). Data: ${escapeHtml(data.name)}. Written by <code>npm run demo:gaternet</code>.`,
  );
}

/** Units of a barcode, which is stretched to its place. */
const BARCODE = { width: 192, height: 96 };

/** A row for each block, a bar for each filter that is open. */
function barcode(
  open: ArrayLike<number>,
  { blocks, openRate }: GateReport,
  order: readonly (readonly number[])[],
): string {
  const height = BARCODE.height / blocks.length;
  const paths = { ground: '', always: '', open: '' };
  let total = 0;
  blocks.forEach(({ count }, b) => {
    const width = BARCODE.width / count;
    const box = (i: number) => `M${short(i * width)} ${short(b * height)}`;
    const shape = (length: number) => `h${short(length * width)}v${short(height * 0.82)}h-${short(length * width)}z`;
    paths.ground += box(0) + shape(count);
    order[b]!.forEach((gate, i) => {
      if (open[gate] !== 1) return;
      total++;
      paths[gateKind(openRate[gate]!) === 'on' ? 'always' : 'open'] += box(i) + shape(1);
    });
  });
  const label = `${total} of ${openRate.length} filters open`;
  return `<svg class="barcode" viewBox="0 0 ${BARCODE.width} ${short(BARCODE.height - 0.18 * height)}" preserveAspectRatio="none" role="img" aria-label="${label}"><title>${label}</title><path class="ground" d="${paths.ground}"/><path class="always" d="${paths.always}"/><path class="open" d="${paths.open}"/></svg>`;
}

/** The gates of each block, those that open most often first. */
function byRate({ blocks, openRate }: GateReport): number[][] {
  return blocks.map(({ first, count }) =>
    Array.from({ length: count }, (_, i) => first + i).sort((a, b) => openRate[b]! - openRate[a]! || a - b),
  );
}

function millions(n: number): string {
  return `${(n / 1e6).toFixed(n < 1e6 ? 3 : n < 1e8 ? 2 : 0)}\u00a0M`;
}

/** Three digits, for whatever size of net. */
function duration(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
