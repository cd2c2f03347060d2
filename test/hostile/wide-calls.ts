// Run by itself: calls on one or two rows that claim 2^31 - 2 columns or classes. Prints what came of each, and the peak of the whole.
import {
  chowLiuTree,
  Dataset,
  type DatasetOptions,
  DenseNet,
  GateCounter,
  GaterNet,
  gateReport,
  latentTree,
  mutualInformation,
  Standardizer,
  splitRows,
  TfIdf,
  Tree,
  TrfNet,
  TseNet,
  targetInformation,
  topPairs,
  treeFromJson,
} from 'espalier';
import { formatSparseText, parseSparseText, parseSvmlight } from 'espalier/read';
import { INPUT_TRANSFORMS } from '#dist/models/feedforward/input.js';

export interface Outcome {
  readonly name: string;
  readonly refusal?: { readonly name: string; readonly message: string };
  readonly seconds: number;
}

const HUGE = 2 ** 31 - 2;

/** Two rows of two entries each. */
function rows(columns: number, options: DatasetOptions): Dataset {
  const index = Int32Array.of(0, columns - 1, 0, columns - 1);
  return Dataset.sparse({
    rows: 2,
    columns,
    start: Int32Array.of(0, 2, 4),
    index,
    value: Float32Array.of(1, 2, 1, 1),
    ...options,
  });
}

const wide = rows(HUGE, { labels: [0, 1] });
const classes = { labels: [0, 1], classes: HUGE };
const many = rows(2, classes);
const images = Dataset.images({ channels: 1, height: 8, width: 8, values: new Uint8Array(128), ...classes });
const LAYOUT = [{ name: 'a', first: 0, count: 2 }];

const everyInput = (method: string, data: Dataset, make: (data: Dataset, options: object) => unknown) =>
  INPUT_TRANSFORMS.map((input): [string, () => unknown] => [`${method}, ${input}`, () => make(data, { input })]);

/** By what they are to end in. */
const CALLS: Record<'refused' | 'done', Record<string, () => unknown>> = {
  refused: {
    chowLiuTree: () => chowLiuTree(wide),
    'chowLiuTree, bins': () => chowLiuTree(wide, { bins: 4 }),
    'chowLiuTree, below 0': () => chowLiuTree(wide, { threshold: -1 }),
    topPairs: () => topPairs(wide, 3),
    mutualInformation: () => mutualInformation(wide, 0, 1),
    targetInformation: () => targetInformation(wide),
    latentTree: () => latentTree(wide),
    'Standardizer.learn': () => Standardizer.learn(wide),
    'TfIdf.learn': () => TfIdf.learn(wide),
    ...Object.fromEntries([
      ...everyInput('DenseNet', wide, DenseNet.create),
      ...everyInput('TrfNet', wide, (data, options) => TrfNet.grow(data, options)),
      ...everyInput('TseNet', wide, (data, options) => TseNet.grow(data, options)),
    ]),
    'DenseNet, many classes': () => DenseNet.create(many),
    'TrfNet, many classes': () => TrfNet.grow(many),
    'GaterNet, many classes': () => GaterNet.create(images),
    'targetInformation, many classes': () => targetInformation(many),
    GateCounter: () => new GateCounter([{ name: 'a', first: 0, count: HUGE }]),
    'GateCounter, many classes': () => new GateCounter(LAYOUT, { classes: HUGE }),
    'gateReport, many classes': () =>
      gateReport(Uint8Array.of(1, 0), LAYOUT, { values: Int32Array.of(0), classes: HUGE }),
    Tree: () => new Tree(HUGE, []),
    treeFromJson: () => treeFromJson({ variables: HUGE, root: 0, edges: [] }),
  },
  done: {
    subset: () => wide.subset([1, 0]),
    splitRows: () => splitRows(many.subset([0, 0, 1, 1]), { validation: 0.5, stratify: true }),
    formatSparseText: () => formatSparseText(wide),
    parseSvmlight: () => parseSvmlight('0 1:1\n', { columns: HUGE, classes: HUGE }),
    parseSparseText: () => parseSparseText('0,1:1\n', { columns: HUGE, classes: HUGE }),
  },
};

const outcomes: Record<string, Outcome[]> = { refused: [], done: [] };
for (const [kind, calls] of Object.entries(CALLS)) {
  for (const [name, call] of Object.entries(calls)) {
    const began = performance.now();
    let refusal: Outcome['refusal'];
    try {
      await call();
    } catch (error) {
      const { name, message } = error as Error;
      refusal = { name, message };
    }
    outcomes[kind]!.push({ name, ...(refusal ? { refusal } : {}), seconds: (performance.now() - began) / 1000 });
  }
}
console.log(JSON.stringify({ ...outcomes, megabytes: process.resourceUsage().maxRSS / 1024 }));
