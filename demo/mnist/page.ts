import type { FitOptions, LayerOptions } from 'espalier';
import { CLASSES, type Images, PIXELS, pixelsOf, type Shuffle, SIDE } from '../data.js';
import {
  accuracyByEpoch,
  accuracyByTime,
  chartGrid,
  netLegend,
  type StyledNet,
  trainingLoss,
  validationLoss,
} from '../frame/charts.js';
import type { Explained } from '../frame/explained.js';
import { footerOf, guess, headerOf, ink, pageOf, section, sizeFigure } from '../frame/markup.js';
import { median, percent, secondsText, spread, sum, whole } from '../frame/numbers.js';
import { inkPng } from '../frame/png.js';
import type { Run } from '../frame/run.js';
import { namesOf, table, tableRow, testRows, timeRows, weightRow } from '../frame/tables.js';
import type { NetResult } from '../frame/training.js';
import { fieldDrawing, tile, treeDrawing } from './drawings.js';
import { explainedSection } from './explained-section.js';
import type { Fields } from './fields.js';
import { columnOfPixel, countTouching, type PlacedEdge, rowOf, touchingByChance } from './geometry.js';

export interface MnistRun extends Run {
  readonly shuffle: Shuffle;
  /** Share of the training rows in which each pixel is lit. */
  readonly litShare: Float64Array;
  readonly edges: readonly PlacedEdge[];
  /** Of the tree, nats. */
  readonly totalInformation: number;
  readonly layers: readonly LayerOptions[];
  readonly fields: Fields;
  readonly fit: FitOptions;
  readonly trf: NetResult;
  readonly dense: NetResult;
  readonly test: Images;
  /** Test rows that the TRF-net answers. */
  readonly explained: readonly Explained[];
}

const FIRST_LAYER_FIELDS = 32;
const SECOND_LAYER_FIELDS = 16;
const SHOWN_INPUTS = 5;
const SHOWN_PREDICTIONS = 12;

/** The report of `npm run demo`; `style` are its style sheets, `script` is in-page.ts. */
export function mnistPage(run: MnistRun, style: string, script: string): string {
  return pageOf({
    title: 'Espalier: MNIST without its geometry',
    style: `${style}
:root { --average: url(${inkPng(averageInk(run.litShare), SIDE)}); }`,
    main: [
      header,
      inputSection,
      treeSection,
      fieldSection,
      trainingSection,
      resultSection,
      predictionSection,
      explainedSection,
      footer,
    ].map((part) => part(run)),
    scripts: `<script type="application/json" id="columns">${JSON.stringify(Array.from(columnOfPixel(run.shuffle)))}</script>
<script type="module">${script.replaceAll('</script', '<\\/script')}</script>`,
  });
}

const netsOf = ({ trf, dense }: MnistRun): StyledNet[] => [
  { net: trf, style: 'green' },
  { net: dense, style: 'blue' },
];

function header(run: MnistRun): string {
  const { edges, trf, dense } = run;
  const count = countTouching(edges);
  return headerOf(
    'The shape of an image, found in shuffled pixels',
    'Handwritten digits, their 784 pixels in random order. From the numbers alone a tree is learned that says which pixels belong together, and from the tree a sparse neural network is grown. Nobody told it that these are images.',
    [
      [percent(count.informativeTouching / count.informative, 1), 'of the informative edges join pixels that touch'],
      [percent(trf.testAccuracy), `of the test images right; the dense net: ${percent(dense.testAccuracy)}`],
      sizeFigure(trf, dense),
    ],
    run,
  );
}

function inputSection({ test, shuffle, rows }: MnistRun): string {
  const pairs = Array.from({ length: SHOWN_INPUTS }, (_, image) => {
    const pixels = pixelsOf(test, image);
    const seen = Uint8Array.from(shuffle, (pixel) => pixels[pixel]!);
    const label = test.labels[image]!;
    return `<figure>${ink(pixels, SIDE, `A ${label}`)}${ink(seen, SIDE, `The same ${label}, shuffled`)}</figure>`;
  });
  return section(
    'What the learner sees',
    [
      'Above, digits as they were written. Below, the same numbers in the order in which the learner gets them.',
      `One fixed shuffle is applied to all ${whole(rows.train + rows.validation + rows.test)} images. So column 17 is always the same pixel, but nothing says which one, or what lies beside it.`,
    ],
    `<div class="pairs">${pairs.join('')}</div>`,
  );
}

function treeSection({ edges, litShare, totalInformation, layers, rows }: MnistRun): string {
  const count = countTouching(edges);
  const blank = litShare.filter((share) => share === 0 || share === 1).length;
  const chance = touchingByChance();
  const radius = layers[0]!.radius;
  return section(
    'The tree',
    [
      `The Chow-Liu tree joins all pixels by the ${count.edges} edges that carry the most mutual information, ${totalInformation.toFixed(1)} nats together. It was learned from ${whole(rows.train)} shuffled rows, each pixel taken as lit or not; here every pixel is put back to its true place.`,
      `<strong>${count.touching} of the ${count.edges} edges (${percent(count.touching / count.edges, 1)}) join pixels that touch</strong>, by a side or a corner. Of any two pixels, ${percent(chance, 1)} would.`,
      `${blank} pixels at the rim are blank in every training row. They tell nothing, and their edges (faint, dotted) carry no information. Among the other ${count.informative} edges, ${count.informativeTouching} touch: ${percent(count.informativeTouching / count.informative, 1)}.`,
    ],
    `<div class="panel">
<div class="controls" hidden>
<div class="switch" role="group" aria-label="Places"><button type="button" data-places="true" aria-pressed="true">True places</button><button type="button" data-places="shuffled" aria-pressed="false">As the learner got them</button></div>
<label>Hops <input id="hops" type="range" min="1" max="16" value="${radius}"> <output id="hops-shown">${radius}</output></label>
</div>
${treeDrawing(edges, litShare)}
<p class="caption" id="tree-caption">Point at a pixel to see the field around it.</p>
<ul class="legend"><li class="green">pixels that touch</li><li class="orange">pixels apart</li><li class="blank">blank pixels</li><li class="plain">A wider line carries more information, a larger dot is lit more often.</li></ul>
</div>`,
  );
}

function fieldSection({ fields, litShare, layers, trf }: MnistRun): string {
  const { radius } = layers[0]!;
  const lit = (pixel: number) => litShare[pixel]! > 0;
  const first = fields.first.filter(({ centre }) => lit(centre)).sort((a, b) => a.centre - b.centre || a.unit - b.unit);
  const firstTiles = spread(first, FIRST_LAYER_FIELDS).map(({ unit, centre, pixels, weights }) => {
    const most = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0) || 1;
    const cells = Array.from(pixels, (pixel, i) => ({ pixel, value: weights[i]! / most })).filter((c) => lit(c.pixel));
    return tile(fieldDrawing(cells, `Unit ${unit} sees ${cells.length} pixels`, centre), String(cells.length));
  });
  const middle = median(fields.first.map(({ pixels }) => pixels.filter(lit).length));
  const second = fields.second
    .filter(({ inputs }) => inputs > 0)
    .sort((a, b) => middleOf(a.seen) - middleOf(b.seen) || a.unit - b.unit);
  const secondTiles = spread(second, SECOND_LAYER_FIELDS).map(({ unit, inputs, globalInputs, seen }) => {
    const most = seen.reduce((max, n) => Math.max(max, n), 0) || 1;
    const cells = Array.from(seen, (n, pixel) => ({ pixel, value: n / most })).filter(
      (c) => c.value > 0 && lit(c.pixel),
    );
    const label = `Unit ${unit} of layer 2 sees ${cells.length} pixels through ${inputs} units, and ${globalInputs} global ones`;
    return tile(fieldDrawing(cells, label), `${inputs} + ${globalInputs}`);
  });
  const secondPart = `<h3>Layer 2: ${secondTiles.length} of ${fields.second.length} units, from the top down</h3><div class="fields">${secondTiles.join('')}</div>`;
  return section(
    'Receptive fields',
    [
      `A hidden unit sees only the pixels within ${radius} hops of its centre (ringed) on the tree: ${middle} of ${PIXELS} for the median unit. The tree knows no geometry, yet the fields are strokes and patches.`,
      'Colour is the trained weight, <span class="key green">positive</span> or <span class="key orange">negative</span>, stronger where it is larger. The shadow is the average digit. Numbers count pixels; blank ones are left out.',
      ...(secondTiles.length
        ? [
            `For layer 2 a second tree is learned, over the ${trf.layers[1]!.inputs} units of layer 1. A unit there sees what its inputs see together, stronger where more of them look. Numbers count its inputs: units with a field, plus global units, which see everything and are not drawn.`,
          ]
        : []),
    ],
    `<h3>Layer 1: ${firstTiles.length} of ${fields.first.length} units, from the top down</h3>
<div class="fields">${firstTiles.join('')}</div>
${secondTiles.length ? secondPart : ''}`,
  );
}

function trainingSection(run: MnistRun): string {
  const { trf, dense, fit } = run;
  const nets = netsOf(run);
  return section(
    'Training',
    [
      `Both nets have the same widths and the same settings: ${fit.epochs} epochs, Adam from ${fit.learningRate}, batches of ${fit.batchSize}, ReLU units. The weights of the best epoch on the validation rows are kept.`,
      `The training loss is measured with dropout on. An epoch took the TRF-net ${secondsText(meanSeconds(trf))} and the dense net ${secondsText(meanSeconds(dense))}: connections that are not there cost no time.`,
    ],
    netLegend(nets) +
      chartGrid([trainingLoss(nets), validationLoss(nets), accuracyByEpoch(nets), accuracyByTime(nets)]),
  );
}

function resultSection(run: MnistRun): string {
  const { trf, rows } = run;
  const nets = netsOf(run);
  const connections = sum(trf.layers.map((layer) => layer.connections));
  const globals = sum(trf.layers.slice(0, -1).map(({ denseUnits, inputs }) => denseUnits * inputs));
  return section(
    'What came out',
    [
      `Accuracy is over the ${whole(rows.test)} test images, which neither training nor the choice of the epoch has seen.`,
      `The structure is learned without labels. Of the TRF-net’s connections ${percent(globals / connections, 0)} belong to its few global units, which see everything, so that what the tree missed is not lost.`,
    ],
    table(namesOf(nets), [...testRows(nets, rows.test), weightRow(nets), ...timeRows(nets)], 'compare') +
      layerTable(run),
  );
}

function layerTable({ trf, dense }: MnistRun): string {
  const lines = trf.layers.map(({ sparseUnits, denseUnits, inputs, density, connections }, l) => {
    const output = l === trf.layers.length - 1;
    const units = whole(sparseUnits + denseUnits);
    return tableRow(output ? 'Output' : `Layer ${l + 1}`, [
      inputs,
      output ? `${units} classes` : `${units} units: ${whole(sparseUnits)} with a field, ${denseUnits} global`,
      sparseUnits ? percent(density, 1) : percent(1, 0),
      connections,
      dense.layers[l]!.connections,
    ]);
  });
  return table(['Inputs', 'TRF-net', 'Density of fields', 'Connections', 'Dense net’s'], lines);
}

function predictionSection(run: MnistRun): string {
  const { trf, test } = run;
  const nets = netsOf(run);
  const all = Array.from({ length: test.rows }, (_, i) => i);
  const wrong = all.filter((i) => trf.classes[i] !== test.labels[i]);
  const card = (i: number) => {
    const label = test.labels[i]!;
    const answers = nets.map(({ net, style }) => {
      const answer = net.classes[i]!;
      return guess(answer === label, String(answer), net.outputs[i * CLASSES + answer]!, style);
    });
    return `<figure class="prediction">${ink(pixelsOf(test, i), SIDE, `Test image ${i}, a ${label}`)}<figcaption><span class="truth">${label}</span>${answers.join('')}</figcaption></figure>`;
  };
  const cards = (rows: number[]) =>
    `<div class="predictions">${rows.slice(0, SHOWN_PREDICTIONS).map(card).join('')}</div>`;
  return section(
    'Predictions',
    [
      'Test images with their label, and what each net answers, with its probability. A struck-out answer is wrong.',
      'The nets saw these images shuffled; they are shown as they were written.',
    ],
    `${netLegend(nets)}
<h3>The first ${SHOWN_PREDICTIONS} test images</h3>${cards(all)}
<h3>${wrong.length > SHOWN_PREDICTIONS ? `${SHOWN_PREDICTIONS} of the ${wrong.length}` : `The ${wrong.length}`} that the TRF-net gets wrong</h3>${cards(spread(wrong, SHOWN_PREDICTIONS))}`,
  );
}

function footer(run: MnistRun): string {
  return footerOf(run, {
    unit: 'Rows',
    seeded: 'the shuffle, the split and all weights',
    nets: [run.trf, run.dense],
    note: 'Method: Li, Chen and Zhang, <cite>Tree Receptive Fields</cite> (IJCAI 2018). Data: MNIST. Written by <code>npm run demo</code>.',
  });
}

/** The share of rows in which each pixel is lit, as ink. */
function averageInk(litShare: Float64Array): Uint8Array {
  const most = litShare.reduce((max, share) => Math.max(max, share), 0) || 1;
  return Uint8Array.from(litShare, (share) => Math.round((255 * share) / most));
}

/** Mean row of what is seen, to sort fields from the top down. */
function middleOf(seen: Int32Array): number {
  return sum(seen.map((n, pixel) => n * rowOf(pixel))) / sum(seen);
}

function meanSeconds({ history }: NetResult): number {
  return sum(history.map(({ seconds }) => seconds)) / history.length;
}
