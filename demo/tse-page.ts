import type { FitOptions, LatentTree } from 'espalier';
import { latentTreeToSvg } from 'espalier/draw';
import { type ChartOptions, escapeHtml } from './drawings.js';
import type { Machine } from './machine.js';
import { footerOf, headerOf, pageOf, percent, runFacts, section, whole } from './markup.js';
import { connectionsOf, type GrownNet, netDrawing } from './net-drawing.js';
import { type ActiveTopic, LEAST, latentsOf, wordsOf } from './topics.js';
import { type NetResult, secondsOf, validationAccuracy } from './training.js';
import { asPercent, chartGrid, netLegend, trainingCharts } from './training-charts.js';
import { type Definition, piecesOf } from './words.js';

/** A test row: what it says, the topics it has, what the nets answer. */
export interface Example {
  readonly definition: Definition;
  readonly topics: readonly ActiveTopic[];
  /** In the order of the nets. */
  readonly answers: readonly { readonly kind: number; readonly probability: number }[];
}

export interface TseRun {
  readonly seed: number;
  readonly machine: Machine;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly kinds: readonly string[];
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly vocabulary: readonly string[];
  /** Mean number of different known words in a definition. */
  readonly wordsPerRow: number;
  /** Training rows to show. */
  readonly samples: readonly Definition[];
  readonly grown: GrownNet;
  readonly density: number;
  readonly treeSeconds: number;
  /** [latents][kinds]: training rows with a topic. */
  readonly counts: Int32Array;
  readonly fit: FitOptions;
  readonly tse: NetResult;
  /** Without skip-paths. */
  readonly backbone: NetResult;
  readonly trf: NetResult;
  /** The best on the validation rows, and all shapes tried. */
  readonly dense: NetResult;
  readonly denseTried: readonly NetResult[];
  readonly right: readonly Example[];
  readonly wrong: readonly Example[];
}

/** Width of the net's drawing beside the text, and on a phone. */
const WIDE = 736;
const NARROW = 340;
/** A topic tells the kind if this share of its rows is of one. */
const PURE = 0.9;
const ROWS_TO_TELL = 10;
/** Of the tree, from the top. */
const DRAWN_LEVELS = 2;

/** The report of `npm run demo:tse`; `style` is report.css. */
export function tsePage(run: TseRun, style: string): string {
  return pageOf({
    title: 'Espalier: a dictionary sorted into topics',
    style,
    main: [
      header,
      inputSection,
      treeSection,
      topicSection,
      netSection,
      trainingSection,
      resultSection,
      exampleSection,
      footer,
    ].map((part) => part(run)),
  });
}

const netsOf = ({ tse, backbone, trf, dense }: TseRun) => [
  { net: tse, style: 'tse' },
  { net: backbone, style: 'backbone' },
  { net: trf, style: 'field-net' },
  { net: dense, style: 'dense' },
];

function header({ rows, vocabulary, grown: { tree }, tse, dense, seconds }: TseRun): string {
  return headerOf(
    'A dictionary, sorted into topics by its words',
    `What WordNet says of ${whole(rows.train)} nouns, each definition as the bag of words in it. From which words come together a tree of topics is learned, without labels, and from the tree a sparse neural network is grown. The net then learns to tell what kind of thing it is that a definition defines.`,
    [
      [percent(tse.testAccuracy, 1), `of the test definitions right; the dense net: ${percent(dense.testAccuracy, 1)}`],
      [
        percent(tse.weights / dense.weights, 0),
        `of the dense net’s weights: ${whole(tse.weights)} of ${whole(dense.weights)}`,
      ],
      [whole(tree.latents), `topics found over ${whole(vocabulary.length)} words, in ${tree.levels.length} levels`],
      [`${seconds.toFixed(0)}\u00a0s`, 'for everything on this page, one thread'],
    ],
  );
}

function inputSection({ samples, kinds, vocabulary, wordsPerRow, rows }: TseRun): string {
  const known = new Set(vocabulary);
  const cards = samples.map(
    (definition) =>
      `<li><span class="term">${escapeHtml(definition.term)}</span> ${kindTag(kinds, definition.kind)}<p>${marked(definition, known)}</p></li>`,
  );
  return section(
    'What the learner sees',
    [
      `Of a definition the learner gets which of ${whole(vocabulary.length)} words stand in it (<mark>marked</mark>), ${wordsPerRow.toFixed(1)} on average, and nothing else: no order, no meaning, and not the noun that is defined.`,
      `The words are the most frequent of the training rows, function words left out. The nouns are all tangible ones of WordNet, of ${kinds.length} kinds; the kinds are what the nets learn to tell. The tree does not see them.`,
      `Shown is the first training row of each kind that has at least four such words; there are ${whole(rows.train)} rows.`,
    ],
    `<ul class="definitions">${cards.join('')}</ul>`,
  );
}

function treeSection({ grown: { tree }, treeSeconds, rows }: TseRun): string {
  return section(
    'The topic tree',
    [
      `Words that come together beyond chance share a hidden cause: a topic, which a definition has or has not. Topics that come together share one again, and so on: ${counts(tree)} in ${treeSeconds.toFixed(1)}\u00a0s, from ${whole(rows.train)} rows.`,
      'Drawn are the upper levels. Headings are the topics of the top one, with the share of definitions that have them; below each stand its own. Words are those that tell most about a topic. Larger dots are more frequent topics, dashed lines link top ones.',
      `The model gives the training rows a log-likelihood of ${minus(tree.logLikelihood)} nats, and a BIC of ${minus(tree.bic)}. All topics with all words, and a search, stand in <a href="tse-tree.html">tse-tree.html</a>.`,
    ],
    `<section class="panel map" tabindex="0" aria-label="The topic tree, to scroll in">${latentTreeToSvg(tree, { top: 4, levels: Math.min(DRAWN_LEVELS, tree.levels.length) })}</section>`,
  );
}

function topicSection({ grown: { tree }, counts, kinds, rows }: TseRun): string {
  const ofKinds = (latent: number) => Array.from(kinds, (_, c) => counts[(latent - tree.features) * kinds.length + c]!);
  const mixes = Array.from({ length: tree.latents }, (_, z) => mixOf(ofKinds(tree.features + z)));
  const mix = (latent: number) => mixes[latent - tree.features]!;
  const order = (latents: Iterable<number>) =>
    [...latents].sort((a, b) => mix(a).chief - mix(b).chief || mix(b).purity - mix(a).purity || a - b);
  const bar = (latent: number) => {
    const parts = mix(latent)
      .shares.map((share, c) => ({ share, c }))
      .filter(({ share }) => share > 0);
    const chief = [...parts].sort((a, b) => b.share - a.share).slice(0, 3);
    const tip = chief.map(({ share, c }) => `${kinds[c]} ${percent(share, 0)}`).join(', ') || 'no definition';
    return `<span class="mix" role="img" aria-label="${escapeHtml(tip)}" title="${escapeHtml(tip)}">${parts.map(({ share, c }) => `<i class="k${c}" style="width:${(100 * share).toFixed(1)}%"></i>`).join('')}</span>`;
  };
  const line = (latent: number) =>
    `<span class="words">${escapeHtml(wordsOf(tree, latent).join(', '))}</span><small>${percent(tree.marginal[latent]!, 1)}</small>${bar(latent)}`;
  const lines = (latent: number): string => {
    const below = tree.levelOf(latent) > 1 ? order(tree.island(latent)) : [];
    return below.length
      ? `<details class="topic"><summary>${line(latent)}</summary><div class="below">${below.map(lines).join('')}</div></details>`
      : `<div class="topic">${line(latent)}</div>`;
  };
  const told = latentsOf(tree, 1).filter((latent) => mix(latent).rows >= ROWS_TO_TELL);
  const pure = told.filter((latent) => mix(latent).purity >= PURE);
  return section(
    'Topics and kinds',
    [
      `Nobody told the tree what the definitions define. Yet <strong>${whole(pure.length)} of the ${whole(told.length)} topics of the lowest level are of one kind by ${percent(PURE, 0)} or more</strong>: ${percent(pure.length / (told.length || 1), 0)}. Topics in fewer than ${ROWS_TO_TELL} definitions are not counted.`,
      `A line is a topic: its words, the share of definitions that have it under the model, and the kinds of those of the ${whole(rows.train)} training rows that more likely have it than not. It opens to the topics below.`,
    ],
    `${kindLegend(kinds)}<div class="topics">${order(latentsOf(tree, tree.levels.length)).map(lines).join('')}</div>`,
  );
}

function netSection({ grown, density, kinds, tse }: TseRun): string {
  const { tree, skipPaths } = grown;
  const names = { features: 'words', latents: 'topics' };
  const drawing = (width: number, most: number) => netDrawing(grown, { width, most, names });
  const row = (name: string, cells: readonly (string | number)[]) =>
    `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${typeof cell === 'number' ? whole(cell) : cell}</td>`).join('')}</tr>`;
  const inputName = (level: number) => (level === 0 ? 'the words' : `layer ${level}`);
  const layers = tree.levels.map((units, l) => {
    const { tree: own, added } = connectionsOf(grown, l);
    const inputs = l === 0 ? tree.features : tree.levels[l - 1]!;
    const all = own.length + added.length;
    return row(`Layer ${l + 1}`, [inputs, units, own.length, added.length, percent(all / (inputs * units), 1), all]);
  });
  const top = tree.levels.at(-1)!;
  const paths = skipPaths.map(({ from, units, connections }) =>
    row(`Skip-path from ${inputName(from)}`, [
      from === 0 ? tree.features : tree.levels[from - 1]!,
      units,
      '–',
      '–',
      percent(1, 0),
      connections,
    ]),
  );
  const added = tree.levels.map((_, l) => connectionsOf(grown, l).added.length);
  const inPaths = skipPaths.reduce((sum, { connections }) => sum + connections, 0);
  return section(
    'The net that grows from it',
    [
      `Each level of topics becomes a layer, each topic a ReLU unit. It keeps <span class="key tree">its connections in the tree</span> and gets <span class="key added">new ones</span>, to the nodes below it that tell most about it beyond what their own topic says, until ${percent(density, 0)} of the possible ones are there.`,
      skipPaths.length
        ? `What the topics miss goes past them: <span class="key skip">skip-paths</span>, dense layers (the number counts units) straight to the output. They hold ${percent(inPaths / tse.weights, 0)} of the weights.`
        : 'There are no skip-paths past the topics.',
      `Drawn are at most ${whole(MOST_LINES)} lines of a kind for each layer; there are ${whole(Math.max(...added))} new ones in the widest.`,
    ],
    `<div class="panel"><div class="wide">${drawing(WIDE, MOST_LINES)}</div><div class="narrow">${drawing(NARROW, MOST_LINES / 3)}</div></div>
<div class="scroll"><table>
<thead><tr><td></td>${['Inputs', 'Units', 'From the tree', 'Added', 'Density', 'Connections'].map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>${layers.join('')}${row('Output', [top, kinds.length, '–', '–', percent(1, 0), top * kinds.length])}${paths.join('')}</tbody></table></div>`,
  );
}

const MOST_LINES = 900;

function trainingSection(run: TseRun): string {
  const nets = netsOf(run);
  const { fit, denseTried } = run;
  const bySize: ChartOptions = {
    title: 'Test accuracy, by weights',
    x: 'thousand weights',
    series: nets.map(({ net, style }) => ({
      name: net.name,
      style,
      points: [[net.weights / 1000, 100 * net.testAccuracy]],
    })),
    format: asPercent,
  };
  const shapes = denseTried.map(
    (net) =>
      `${widths(net)} (${percent(validationAccuracy(net), 1)} of the validation rows right, ${whole(net.weights)} weights)`,
  );
  return section(
    'Training',
    [
      `All nets are trained alike: up to ${fit.epochs} epochs, Adam from ${fit.learningRate}, batches of ${fit.batchSize}, and a stop after ${fit.patience} epochs without a better one. The weights of the best epoch on the validation rows are kept.`,
      `The dense net is the best of ${denseTried.length} shapes on these rows: ${shapes.join('; ')}.`,
    ],
    netLegend(nets) + chartGrid([...trainingCharts(nets).slice(1), bySize]),
  );
}

function resultSection(run: TseRun): string {
  const { rows, dense } = run;
  const nets = netsOf(run);
  const row = (name: string, cell: (net: NetResult, style: string) => string, kind = '') =>
    `<tr${kind && ` class="${kind}"`}><th scope="row">${name}</th>${nets.map(({ net, style }) => `<td>${cell(net, style)}</td>`).join('')}</tr>`;
  const bars = (value: (net: NetResult) => number, text: (net: NetResult) => string) => {
    const most = Math.max(...nets.map(({ net }) => value(net)));
    return (net: NetResult, style: string) =>
      `${text(net)}<span class="bar ${style}"><span style="width:${((100 * value(net)) / most).toFixed(1)}%"></span></span>`;
  };
  const names = [...new Set(nets.flatMap(({ net }) => net.phases.map(({ name }) => name)))];
  const seconds = (value: number) => `${value.toFixed(1)}\u00a0s`;
  const phase = (name: string) =>
    row(
      name,
      ({ phases }) => {
        const found = phases.find((p) => p.name === name);
        return found ? seconds(found.seconds) : '–';
      },
      'minor',
    );
  const error = Math.sqrt((dense.testAccuracy * (1 - dense.testAccuracy)) / rows.test);
  return section(
    'What came out',
    [
      `Accuracy is over ${whole(rows.test)} test definitions, which neither training nor any choice has seen. Its standard error is ${percent(error, 1)}: smaller differences mean little.`,
      'The backbone is the same net without skip-paths. Its tree is the same, too, and its time is counted for both.',
    ],
    `<div class="scroll"><table class="compare four">
<thead><tr><td></td>${nets.map(({ net }) => `<th scope="col">${escapeHtml(net.name)}</th>`).join('')}</tr></thead>
<tbody>
${row('Test accuracy', (net) => `<strong>${percent(net.testAccuracy)}</strong>`)}
${row(`Errors in ${whole(rows.test)}`, (net) => whole(Math.round((1 - net.testAccuracy) * rows.test)))}
${row('Hidden units', hiddenUnits)}
${row(
  'Weights and biases',
  bars(
    (net) => net.weights,
    (net) => whole(net.weights),
  ),
)}
${row('Share of the dense net’s', (net) => percent(net.weights / dense.weights, 0), 'minor')}
${row(
  'Time in all',
  bars(secondsOf, (net) => seconds(secondsOf(net))),
)}
${names.map(phase).join('\n')}
</tbody></table></div>`,
  );
}

function exampleSection(run: TseRun): string {
  const { right, wrong, kinds, vocabulary, tse, rows } = run;
  const known = new Set(vocabulary);
  const nets = netsOf(run);
  const card = ({ definition, topics, answers }: Example) => {
    const chips = topics.length
      ? `<ul class="chips">${topics.map(({ words, probability }) => `<li>${escapeHtml(words.join(', '))} <small>${percent(probability, 0)}</small></li>`).join('')}</ul>`
      : `<p class="none">No topic of ${percent(LEAST, 0)} or more.</p>`;
    const guesses = answers.map(
      ({ kind, probability }, i) =>
        `<span class="guess ${kind === definition.kind ? 'right' : 'wrong'}"><i class="${nets[i]!.style}"></i><b>${escapeHtml(kinds[kind]!)}</b> ${percent(probability, 0)}</span>`,
    );
    return `<li><span class="term">${escapeHtml(definition.term)}</span> ${kindTag(kinds, definition.kind)}<p>${marked(definition, known)}</p>${chips}<div class="guesses">${guesses.join('')}</div></li>`;
  };
  const errors = Math.round((1 - tse.testAccuracy) * rows.test);
  return section(
    'Examples',
    [
      `Test definitions: the words that the nets see, the topics that the tree finds in them with a probability of ${percent(LEAST, 0)} or more, and what each net answers. A struck-out answer is wrong.`,
    ],
    `${netLegend(nets)}
<h3>The first test row of each kind with four words or more</h3><ul class="definitions">${right.map(card).join('')}</ul>
<h3>${wrong.length} of the ${whole(errors)} that the ${escapeHtml(tse.name)} gets wrong</h3><ul class="definitions">${wrong.map(card).join('')}</ul>`,
  );
}

function footer({ seed, machine, seconds, peakBytes, rows, tse, backbone, trf, dense }: TseRun): string {
  const digest = ({ name, sha256 }: NetResult) => `${escapeHtml(name)} <code>${sha256.slice(0, 16)}</code>`;
  return footerOf(
    [
      ...runFacts(machine, seconds, peakBytes),
      ['Rows', `${whole(rows.train)} to train, ${whole(rows.validation)} to validate, ${whole(rows.test)} to test`],
      ['Seed', `${seed}: the split, the tree and all weights are a function of it, the same bits on every machine`],
      ['SHA-256', [tse, backbone, trf, dense].map(digest).join(', ')],
    ],
    'Method: Chen, Li and Zhang, <cite>Tree Skeleton Expansion</cite> (ECSQARU 2019); trees by Chen et al., <cite>Progressive EM for Latent Tree Models and Hierarchical Topic Detection</cite> (AAAI 2016). Data: WordNet 3.1, copyright 2011 by Princeton University, all rights reserved. Written by <code>npm run demo:tse</code>.',
  );
}

/** A definition with the words that the learner sees marked. */
function marked({ text }: Definition, known: ReadonlySet<string>): string {
  return piecesOf(text)
    .map((piece) =>
      piece.word !== undefined && known.has(piece.word)
        ? `<mark>${escapeHtml(piece.text)}</mark>`
        : escapeHtml(piece.text),
    )
    .join('');
}

function kindTag(kinds: readonly string[], kind: number): string {
  return `<span class="kind k${kind}">${escapeHtml(kinds[kind]!)}</span>`;
}

function kindLegend(kinds: readonly string[]): string {
  return `<ul class="legend kinds">${kinds.map((name, c) => `<li class="k${c}"><span>${escapeHtml(name)}</span></li>`).join('')}</ul>`;
}

/** Counts of each kind as shares, the largest share and whose it is. */
function mixOf(counts: readonly number[]) {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => count / (rows || 1));
  const purity = Math.max(...shares);
  return { rows, shares, purity, chief: shares.indexOf(purity) };
}

/** "197 topics, then 22" */
function counts({ levels }: LatentTree): string {
  const [first, ...above] = levels.map(whole);
  return [`${first} topics`, ...above].join(', then ');
}

function minus(value: number): string {
  return whole(Math.round(value)).replace('-', '−');
}

function hiddenUnits({ layers }: NetResult): string {
  return layers
    .slice(0, -1)
    .map(({ sparseUnits, denseUnits }) => whole(sparseUnits + denseUnits))
    .join(' + ');
}

function widths(net: NetResult): string {
  return hiddenUnits(net).replaceAll(' + ', '-');
}
