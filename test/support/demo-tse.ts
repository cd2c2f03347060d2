// A run of the demo on definitions, made up.
import type { Explanation } from 'espalier';
import { TextVectorizer } from 'espalier/text';
import type { TopicReport } from 'espalier/topics';
import type { NetResult } from '../../demo/frame/training.js';
import type { GrownNet } from '../../demo/tse/net-drawing.js';
import type { TseRun } from '../../demo/tse/story.js';
import { explainedAnswer, netResult, runFacts } from './demo-results.js';
import { topicReport } from './topic-report.js';
import { treeOf } from './topic-trees.js';

export const WORDS = ['<b>old</b> "men" & co', 'ship', 'sea', 'ferry', 'tree', 'leaf', 'moss', 'root'];

const VECTORIZER = await TextVectorizer.learn([], { vocabulary: WORDS.slice(1), language: 'none' });

/** Two levels: features 0 to 7, latents 8 to 11 of two each, 12 and 13 of two of these. */
export function smallTree() {
  const [a, b, c, d] = [0, 2, 4, 6].map((i) => WORDS.slice(i, i + 2)) as [string[], string[], string[], string[]];
  return treeOf(
    [
      [a, b],
      [c, d],
    ],
    2,
    5,
  );
}

export function smallNet(): GrownNet {
  return {
    tree: smallTree(),
    connections: [
      [
        [0, 1, 7],
        [2, 3],
        [4, 5],
        [0, 6, 7],
      ],
      [
        [0, 1],
        [2, 3],
      ],
    ].map((layer) => layer.map((inputs) => Int32Array.from(inputs))),
    skipPaths: [
      { from: 0, units: 30, connections: 30 },
      { from: 1, units: 20, connections: 20 },
    ],
    outputs: ['animal', 'plant', 'h<rmit'],
  };
}

/** Labels in an order other than that of the kinds. */
function smallReport(): TopicReport {
  const tree = smallTree();
  const topics = [
    [0, 10, 0],
    [9, 0, 0],
    [20, 0, 20],
    [0, 0, 0],
    [1, 1, 1],
    [2, 3, 1],
  ].map((labels, z) => {
    const parent = tree.parent[8 + z]!;
    return {
      id: tree.nameOf(8 + z),
      level: tree.levelOf(8 + z),
      parent: z < 4 ? tree.nameOf(parent) : null,
      features: tree.topFeatures(8 + z, 5),
      share: tree.marginal[8 + z]!,
      probability: tree.marginal[8 + z]!,
      documents: 0,
      npmi: null,
      compactness: null,
      labels,
      exemplars: [],
    };
  });
  const labels = { names: ['plant', 'animal', 'h<rmit'], documents: [0, 0, 0] };
  return { ...topicReport(), levels: tree.levels, labels, topics };
}

function smallExplanation(): Explanation {
  const unit = (kind: 'sparse' | 'skip', at: number, words: number[], coherence: number | null) => ({
    ...{ kind, unit: at, inputs: 2, activity: 0.5, coherence },
    features: words.map((feature) => ({ feature, name: WORDS[feature]!, correlation: 0.5 })),
  });
  const layer = { layer: 0, units: [unit('sparse', 0, [0, 2, 3, 4, 5], 0.25), unit('sparse', 1, [6], null)] };
  const path = { path: 0, from: 0, units: [unit('skip', 0, [1, 2], -0.75), unit('skip', 1, [], null)] };
  return {
    ...{ rows: 100, coherenceRows: { rows: 8, from: 'coherence' } },
    layers: [{ ...layer, coherence: 0.25, sparseCoherence: 0.25, globalCoherence: null }],
    skipPaths: [{ ...path, coherence: -0.75 }],
  };
}

export function tseRun(): TseRun {
  const net = (name: string, weights: number, testAccuracy: number, tree = 0): NetResult => {
    const result = netResult(name, weights, testAccuracy, { rows: 8, classes: 3 });
    return {
      ...result,
      layers: [
        { inputs: 8, sparseUnits: 0, denseUnits: 50, connections: 400, density: 1 },
        { inputs: 50, sparseUnits: 0, denseUnits: 3, connections: 150, density: 1 },
      ],
      phases: [...(tree ? [{ name: 'Learning the tree', seconds: tree }] : []), ...result.phases],
    };
  };
  const dense = net('Dense net', 5000, 0.5);
  const definition = { term: '<b>old</b>', text: 'a ship of the <ocean', kind: 0 };
  const answer = (kind: number) => ({ kind, probability: 0.9 });
  return {
    ...runFacts({ train: 100, validation: 20, test: 8 }),
    kinds: ['animal', 'plant', 'h<rmit'],
    vectorizer: VECTORIZER,
    wordsPerRow: 2.5,
    samples: [definition],
    grown: smallNet(),
    density: 0.05,
    treeSeconds: 1.5,
    report: smallReport(),
    fit: { epochs: 2, patience: 1, batchSize: 4, learningRate: 0.1 },
    tse: net('TSE-net', 1000, 0.75, 1.5),
    backbone: net('Backbone', 400, 0.25),
    trf: net('TRF-net', 2000, 0.625),
    dense,
    denseTried: [dense],
    right: [{ definition, topics: [{ words: ['sea', 'ferry'], probability: 0.8 }], answers: [0, 1, 0, 0].map(answer) }],
    wrong: [{ definition, topics: [], answers: [2, 1, 0, 0].map(answer) }],
    asked: [{ text: 'it has <a root', kind: 1, probability: 0.625 }],
    explained: [{ ...explainedAnswer(3, WORDS), definition }],
    units: smallExplanation(),
  };
}
