import type { LatentTree } from 'espalier';
import { latentTreeToSvg } from 'espalier/draw';
import { xml } from '#dist/drawings/svg.js';
import {
  accuracyByEpoch,
  accuracyByTime,
  chartGrid,
  netLegend,
  SHARE,
  type StyledNet,
  validationLoss,
} from '../frame/charts.js';
import type { ChartOptions } from '../frame/line-chart.js';
import { footerOf, guess, headerOf, pageOf, section, sizeFigure } from '../frame/markup.js';
import { percent, secondsText, whole } from '../frame/numbers.js';
import { errorsOf, namesOf, table, tableRow, testRows, timeRows, weightRow } from '../frame/tables.js';
import { type NetResult, validationAccuracy } from '../frame/training.js';
import { explainedSection } from './explained-section.js';
import { netSection } from './net-section.js';
import type { Answer, Example, TseRun } from './story.js';
import { kindTag, marked } from './texts.js';
import { topicSection } from './topic-list.js';
import { LEAST } from './topics.js';

/** Of the tree, from the top. */
const DRAWN_LEVELS = 2;

/** The report of `npm run demo:tse`; `style` are its style sheets. */
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
      explainedSection,
      footer,
    ].map((part) => part(run)),
  });
}

const netsOf = ({ tse, backbone, trf, dense }: TseRun): StyledNet[] => [
  { net: tse, style: 'green' },
  { net: backbone, style: 'orange' },
  { net: trf, style: 'violet' },
  { net: dense, style: 'blue' },
];

function header(run: TseRun): string {
  const { rows, grown, tse, dense } = run;
  const { tree } = grown;
  return headerOf(
    'A dictionary, sorted into topics by its words',
    `What WordNet says of ${whole(rows.train)} nouns, each definition as the bag of words in it. From which words come together a tree of topics is learned, without labels, and from the tree a sparse neural network is grown. The net then learns to tell what kind of thing it is that a definition defines.`,
    [
      [percent(tse.testAccuracy, 1), `of the test definitions right; the dense net: ${percent(dense.testAccuracy, 1)}`],
      sizeFigure(tse, dense),
      [whole(tree.latents), `topics found over ${whole(tree.features)} words, in ${tree.levels.length} levels`],
    ],
    run,
  );
}

function inputSection({ samples, kinds, vectorizer, wordsPerRow, rows }: TseRun): string {
  const cards = samples.map(
    (definition) =>
      `<li><span class="term">${xml(definition.term)}</span> ${kindTag(kinds, definition.kind)}<p>${marked(definition, vectorizer)}</p></li>`,
  );
  return section(
    'What the learner sees',
    [
      `Of a definition the learner gets which of ${whole(vectorizer.words.length)} words stand in it (<mark>marked</mark>), ${wordsPerRow.toFixed(1)} on average, and nothing else: no order, no meaning, and not the noun that is defined.`,
      `The words are those of the training rows with the highest average TF-IDF, function words left out. The nouns are all tangible ones of WordNet, of ${kinds.length} kinds; the kinds are what the nets learn to tell. The tree does not see them.`,
      `Shown is the first training row of each kind that has at least four such words; there are ${whole(rows.train)} rows.`,
    ],
    `<ul class="definitions">${cards.join('')}</ul>`,
  );
}

function treeSection({ grown: { tree }, treeSeconds, rows }: TseRun): string {
  return section(
    'The topic tree',
    [
      `Words that come together beyond chance share a hidden cause: a topic, which a definition has or has not. Topics that come together share one again, and so on: ${counts(tree)} in ${secondsText(treeSeconds)}, from ${whole(rows.train)} rows.`,
      'Drawn are the upper levels. Headings are the topics of the top one, with the share of definitions that have them; below each stand its own. Words are those that tell most about a topic. Larger dots are more frequent topics, dashed lines link top ones.',
      `The model gives the training rows a log-likelihood of ${minus(tree.logLikelihood)} nats, and a BIC of ${minus(tree.bic)}. All topics, the definitions that have them, and a search stand in <a href="tse-tree.html">tse-tree.html</a>.`,
    ],
    `<section class="panel map" tabindex="0" aria-label="The topic tree, to scroll in">${latentTreeToSvg(tree, { top: 4, levels: Math.min(DRAWN_LEVELS, tree.levels.length) })}</section>`,
  );
}

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
    ...SHARE,
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
    netLegend(nets) + chartGrid([validationLoss(nets), accuracyByEpoch(nets), accuracyByTime(nets), bySize]),
  );
}

function resultSection(run: TseRun): string {
  const { rows, dense } = run;
  const nets = netsOf(run);
  const cells = (cell: (net: NetResult) => string) => nets.map(({ net }) => cell(net));
  const error = Math.sqrt((dense.testAccuracy * (1 - dense.testAccuracy)) / rows.test);
  return section(
    'What came out',
    [
      `Accuracy is over ${whole(rows.test)} test definitions, which neither training nor any choice has seen. Its standard error is ${percent(error, 1)}: smaller differences mean little.`,
      'The backbone is the same net without skip-paths. Its tree is the same, too, and its time is counted for both.',
    ],
    table(
      namesOf(nets),
      [
        ...testRows(nets, rows.test),
        tableRow('Hidden units', cells(hiddenUnits)),
        weightRow(nets),
        tableRow(
          'Share of the dense net’s',
          cells((net) => percent(net.weights / dense.weights, 0)),
          'minor',
        ),
        ...timeRows(nets),
      ],
      'compare four',
    ),
  );
}

function exampleSection(run: TseRun): string {
  const { right, wrong, asked, kinds, vectorizer, tse, rows } = run;
  const nets = netsOf(run);
  const card = ({ definition, topics, answers }: Example) => {
    const chips = topics.length
      ? `<ul class="chips">${topics.map(({ words, probability }) => `<li>${xml(words.join(', '))} <small>${percent(probability, 0)}</small></li>`).join('')}</ul>`
      : `<p class="none">No topic of ${percent(LEAST, 0)} or more.</p>`;
    const guesses = answers.map(({ kind, probability }, i) =>
      guess(kind === definition.kind, xml(kinds[kind]!), probability, nets[i]!.style),
    );
    return `<li><span class="term">${xml(definition.term)}</span> ${kindTag(kinds, definition.kind)}<p>${marked(definition, vectorizer)}</p>${chips}<div class="guesses">${guesses.join('')}</div></li>`;
  };
  const answer = ({ text, kind, probability }: Answer) =>
    `<li>${kindTag(kinds, kind)} <small>${percent(probability, 0)}</small><p>${marked({ text }, vectorizer)}</p></li>`;
  return section(
    'Examples',
    [
      `Test definitions: the words that the nets see, the topics that the tree finds in them with a probability of ${percent(LEAST, 0)} or more, and what each net answers. A struck-out answer is wrong.`,
      `The net’s file has its words and takes texts as they are: <code>net.predict(['${xml(asked[0]!.text)}'])</code>.`,
    ],
    `${netLegend(nets)}
<h3>The first test row of each kind with four words or more</h3><ul class="definitions">${right.map(card).join('')}</ul>
<h3>${wrong.length} of the ${whole(errorsOf(tse, rows.test))} that the ${xml(tse.name)} gets wrong</h3><ul class="definitions">${wrong.map(card).join('')}</ul>
<h3>Texts of no dictionary, as the saved net reads them</h3><ul class="definitions">${asked.map(answer).join('')}</ul>`,
  );
}

function footer(run: TseRun): string {
  return footerOf(run, {
    unit: 'Rows',
    seeded: 'the split, the tree and all weights',
    nets: netsOf(run).map(({ net }) => net),
    note: 'Method: Chen, Li and Zhang, <cite>Tree Skeleton Expansion</cite> (ECSQARU 2019); trees by Chen et al., <cite>Progressive EM for Latent Tree Models and Hierarchical Topic Detection</cite> (AAAI 2016). Data: WordNet 3.1, copyright 2011 by Princeton University, all rights reserved. Written by <code>npm run demo:tse</code>.',
  });
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
