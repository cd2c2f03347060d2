// For every public function and method, arguments that it takes.
import { gzipSync } from 'node:zlib';
import {
  chowLiuTree,
  Dataset,
  DenseNet,
  type Engine,
  GateCounter,
  GaterNet,
  gateReport,
  type LatentTree,
  latentTree,
  latentTreeToJson,
  Standardizer,
  type Table,
  TfIdf,
  TrfNet,
  TseNet,
  treeToJson,
  writeSafetensors,
} from 'espalier';
import { countData, saveCounts, saveSurvey, surveyData } from 'espalier/counts';
import { learnCsv, learnCsvSchema } from 'espalier/read';
import { TextVectorizer } from 'espalier/text';
import { TopicTree } from 'espalier/topics';
import { idxBytes } from './cli-data.js';
import { stateDictOf } from './state-dict.js';
import { topicReport } from './topic-report.js';

export interface Taken {
  args(): unknown[];
  /** An instance, for methods. */
  on?(): object;
  /** Not to be called by a person: no arguments are taken. */
  internal?: true;
}

/** Every parameter is given, and of options every one but callbacks. */
export async function takenCalls(engine: Engine): Promise<Record<string, Taken>> {
  const dense = Dataset.dense(numbers(), { labels: LABELS, featureNames: ['a', 'b', 'c'] });
  const sparse = sparseRows();
  const images = imageRows();
  const tree = await chowLiuTree(sparse, { engine });
  const counts = await countData(sparse, { engine });
  const countsBytes = await saveCounts(counts);
  const countOptions = () => ({
    ...{ threshold: 0, missing: 'state', minSupport: 1, block: '1/2', classes: true, part: 'a' },
    ...{ survey: surveyData(sparse), engine, signal },
  });
  const latent = await latentTree(sparse, { engine });
  const net = await DenseNet.create(dense, { hidden: [2], engine });
  const gone = await DenseNet.create(dense, { hidden: [2], engine });
  gone.dispose();
  const trfOptions = { layers: [{ radius: 1, stride: 2, globalUnits: 2 }], pretrain: { epochs: 1 }, engine };
  const trf = await TrfNet.grow(sparse, trfOptions);
  const tse = await TseNet.grow(sparse, { skeleton: latent, engine });
  const gatedOptions = () => ({
    backbone: [{ type: 'conv', filters: 2, kernel: 3, stride: 1, padding: 'same', gated: true }],
    gater: [{ type: 'conv', filters: 2 }],
    placement: 'every-conv',
    bottleneck: 2,
    bottleneckNorm: false,
    penalty: 0,
    openTarget: 0.5,
    gateVariance: 0,
    penaltyWarmup: 0,
    gateBias: 0,
    gateNoise: 1,
    gaterRate: 1,
    pretrainEpochs: 0,
    augmentation: { pad: 1, flip: true },
    normalise: { mean: [0], std: [1] },
    seed: 1,
    engine,
  });
  const gated = await GaterNet.create(images, gatedOptions() as never);
  const published = await stateDictOf(engine);
  const report = () => structuredClone(gateReport(Uint8Array.of(1, 0, 1, 1, 1, 0, 0, 0), LAYOUT, labelled()));
  const signal = new AbortController().signal;
  const run = () => ({ batchSize: 4, signal });
  const paced = () => ({ signal, onProgress: () => {} });
  const sparseOptions = () => ({
    columns: 3,
    targets: 'classes',
    classes: 2,
    classNames: ['a', 'b'],
    featureNames: ['x', 'y', 'z'],
  });
  const discrete = { threshold: 'mean' as const, missing: 'state' as const, signal, engine };
  const ones = (length: number) => new Float32Array(length).fill(1);
  const sizes = { samples: 1, channels: 1, height: 2, width: 2, filters: 1, kernel: 1, stride: 1, padding: 0 };
  const convolution = () => ({ ...sizes, signal, engine });
  const pairing = () => ({ rows: 1, columns: 2, of: [1], signal, engine });
  const connected = () => {
    const [start, index] = [Int32Array.of(0, 1), Int32Array.of(1)];
    return { samples: 1, inputs: 2, units: 1, start, index, signal, engine };
  };
  const drawing = () => ({ top: 3, title: 'Words' });
  const netOptions = {
    input: 'none' as const,
    seed: 1,
    initialScale: 1,
    dropout: 0.1,
    inputDropout: 0.1,
    engine,
  };
  const fit = () => ({
    validation: dense,
    epochs: 2,
    batchSize: 4,
    learningRate: 0.01,
    optimizer: { kind: 'adam' },
    schedule: 'constant',
    monitor: 'loss',
    patience: 3,
    seed: 0,
    signal,
    checkpointEvery: 1,
    onProgress: () => {},
    onEpoch: () => {},
    onCheckpoint: () => {},
  });
  const fresh = new Map<object, Uint8Array>(
    [net, trf, tse, gated].map((one): [object, Uint8Array] => [one, one.save()]),
  );
  const schema = () => learnCsvSchema(CSV, { target: 'kind' });
  const loading = (one: object) => ({ args: () => [fresh.get(one)!, { engine }] });
  const latentJson = () => latentTreeToJson(latent);
  const texts = () => ['red wine, red apples', 'white wine', 'red apples'];
  const vectorizer = await TextVectorizer.learn(texts(), { phrases: 2 });
  const textRows = await vectorizer.transform(texts(), { labels: ['no', 'yes', 'no'] });
  const reader = await DenseNet.create(textRows, { hidden: [2], engine });
  const wine = await latentTree(await vectorizer.transform(texts()), { engine });
  const topics = new TopicTree({ tree: wine, vectorizer });
  const steering = { maxTop: 3, maxLevels: 2, together: [['wine', 'red']], apart: [] };
  const documents = () => [
    { text: 'red wine', label: 'drink', date: '2024-02-29', name: 'a' },
    { text: 'apples', label: 'food', date: '2024', name: 'b' },
  ];
  const analysis = {
    language: 'en' as const,
    stopWords: ['apples'],
    stem: true,
    segmenter: 'en',
    numbers: true,
    minLength: 2,
    keepCase: true,
  };
  const vocabulary = { maxFeatures: 9, minDocuments: 1, minShare: 0, maxShare: 1, phrases: 2, include: ['wine'] };
  const learning = () => ({ ...analysis, ...vocabulary, exclude: ['red'], binary: true, signal });
  return {
    'new Dataset': {
      args: () => {
        const { features, targets, featureNames, schema } = learnCsv(CSV, csvOptions()).data;
        const vectorizer = { words: [...featureNames!] };
        return [{ ...features }, { ...targets }, [...featureNames!], { ...schema }, vectorizer];
      },
    },
    'Dataset.dense': {
      args: () => [
        numbers(),
        { columns: 3, labels: [...LABELS], classes: 2, classNames: ['no', 'yes'], featureNames: ['a', 'b', 'c'] },
      ],
    },
    'Dataset.sparse': {
      args: () => {
        const { kind, ...matrix } = sparse.features as { kind: string };
        return [{ ...matrix, targets: { ...sparse.targets }, featureNames: WORDS }];
      },
    },
    'Dataset.images': {
      args: () => [
        {
          channels: 1,
          height: 4,
          width: 4,
          values: new Uint8Array(32),
          labels: [0, 1],
          classes: 2,
          classNames: ['n', 'y'],
        },
      ],
    },
    'Dataset.stream': { args: () => [[() => sparse], { window: 4, signal }] },
    'Dataset#subset': { on: () => dense, args: () => [[0, 2]] },
    'Dataset#withTargets': {
      on: () => dense,
      args: () => [{ kind: 'tasks', values: new Int8Array(12), tasks: 1, names: ['t'] }],
    },
    'new TextVectorizer': { internal: true, args: () => [null, {}] },
    'TextVectorizer.learn': { args: () => [texts(), learning()] },
    'TextVectorizer.learnTransform': { args: () => [texts(), { ...learning(), labels: [0, 1, 0], classes: 2 }] },
    'TextVectorizer.fromJSON': { args: () => [vectorizer.toJSON()] },
    'TextVectorizer#transform': {
      on: () => vectorizer,
      args: () => [texts(), { labels: [0, 1, 0], classes: 2, classNames: ['a', 'b'], signal }],
    },
    'TextVectorizer#rows': { on: () => vectorizer, args: () => [texts()] },
    'TextVectorizer#find': { on: () => vectorizer, args: () => ['red wine'] },
    'TextVectorizer#toJSON': { on: () => vectorizer, args: () => [] },
    'new TopicTree': { args: () => [{ tree: wine, vectorizer, names: { 'h1.0': 'Wine' }, steps: 1, seconds: {} }] },
    'TopicTree.learn': {
      args: () => [
        documents(),
        {
          ...learning(),
          exclude: ['white'],
          ...steering,
          sampleRows: 1,
          passes: 1,
          batchRows: 4,
          exponent: 0.75,
          seed: 1,
          engine,
        },
      ],
    },
    'TopicTree.fromJSON': { args: () => [topics.toJSON()] },
    'TopicTree#update': {
      on: () => topics,
      args: () => [documents(), { passes: 1, batchRows: 4, exponent: 0.75, steps: 1, signal, engine }],
    },
    'TopicTree#describe': {
      on: () => topics,
      args: () => [documents(), { top: 3, shown: 1, seed: 1, signal, engine }],
    },
    'TopicTree#named': { on: () => topics, args: () => [{ 'h1.0': 'Wine' }] },
    'TopicTree#toJSON': { on: () => topics, args: () => [] },
    'new DenseNet': { internal: true, args: () => [engine, {}] },
    'new TrfNet': { internal: true, args: () => [engine, {}] },
    'new TseNet': { internal: true, args: () => [engine, {}, latent] },
    'new GaterNet': { internal: true, args: () => [engine, {}] },
    'new Standardizer': { internal: true, args: () => [null, null] },
    'new TfIdf': { internal: true, args: () => [null, true, true] },
    'DenseNet.create': { args: () => [dense, { ...netOptions, hidden: [3] }] },
    'DenseNet.load': loading(net),
    'FeedforwardNet#explain': {
      on: () => net,
      args: () => [dense, { top: 2, minRows: 1, layers: [0], coherence: dense, signal }],
    },
    'FeedforwardNet#explainRow': {
      on: () => net,
      args: () => [dense, { row: 1, output: 0, against: 1, top: 2, baseline: 'mean', steps: 4, signal }],
    },
    'FeedforwardNet#importance': {
      on: () => net,
      args: () => [dense, { repeats: 2, seed: 1, top: 1, minRows: 1, features: [0], signal }],
    },
    'Net#save': { on: () => net, args: () => [{ note: 'mine' }] },
    'Net#saveAsync': { on: () => net, args: () => [{ note: 'mine' }, { signal }] },
    'FeedforwardNet#describe': { on: () => net, args: () => [] },
    'Net#fit': { on: () => net, args: () => [dense, { ...fit(), resume: undefined }] },
    'Net#memory': { on: () => net, args: () => [dense, { ...fit(), resume: undefined }] },
    'Net#predict': { on: () => net, args: () => [dense, run()] },
    'Net#evaluate': { on: () => net, args: () => [dense, run()] },
    'Net#readTexts': {
      on: () => reader,
      args: () => [texts(), { labels: ['no', 'yes', 'no'], classes: 2, classNames: ['no', 'yes'] }],
    },
    'Net#dispose': { on: () => gone, args: () => [] },
    'new GateCounter': { args: () => [LAYOUT.map((block) => ({ ...block })), { classes: 2, names: ['a', 'b'] }] },
    'GateCounter#add': {
      on: () => new GateCounter(LAYOUT, { classes: 2 }),
      args: () => [Uint8Array.of(1, 0, 1, 1), [0, 1]],
    },
    'GateCounter#merge': { on: () => new GateCounter(LAYOUT), args: () => [new GateCounter(LAYOUT)] },
    'GateCounter#report': {
      on: () => {
        const counter = new GateCounter(LAYOUT);
        counter.add(Uint8Array.of(1, 0));
        return counter;
      },
      args: () => [],
    },
    'GaterNet.create': {
      args: () => [images, { ...gatedOptions(), backbone: 'resnet-8', width: 1, gater: 'cnn', gaterWidth: 1 }],
    },
    'GaterNet.load': loading(gated),
    'GaterNet.fromStateDict': {
      args: () => [
        published,
        {
          image: { height: 8, width: 8 },
          normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
          placement: 'every-conv',
          classNames: ['a', 'b'],
          engine,
        },
      ],
    },
    'GaterNet#costOf': { on: () => gated, args: () => [Float32Array.of(1, 0)] },
    'GaterNet#fit': { on: () => gated, args: () => [images, { epochs: 1, batchSize: 4 }] },
    'GaterNet#predict': { on: () => gated, args: () => [images, { ...run(), gates: true, skip: false }] },
    'GaterNet#gates': { on: () => gated, args: () => [images, run()] },
    'GaterNet#gateBatches': { on: () => gated, args: () => [images, run()] },
    'GaterNet#evaluate': { on: () => gated, args: () => [images, run()] },
    'GaterNet#describe': { on: () => gated, args: () => [] },
    'new LatentTree': { args: () => [{ ...partsOf(latent) }] },
    'LatentTree.fromJSON': { args: () => [latentJson()] },
    'LatentTree#children': { on: () => latent, args: () => [latent.root] },
    'LatentTree#island': { on: () => latent, args: () => [latent.root] },
    'LatentTree#levelOf': { on: () => latent, args: () => [0] },
    'LatentTree#firstOf': { on: () => latent, args: () => [1] },
    'LatentTree#nameOf': { on: () => latent, args: () => [0] },
    'LatentTree#topFeatures': { on: () => latent, args: () => [latent.root, 2] },
    'LatentTree#toJSON': { on: () => latent, args: () => [] },
    'Standardizer.learn': { args: () => [dense, { center: true, scale: true, maxMemory: 2 ** 20 }] },
    'Standardizer.fromJSON': { args: () => [Standardizer.learn(dense).toJSON()] },
    'Standardizer#apply': { on: () => Standardizer.learn(dense), args: () => [dense] },
    'Standardizer#toJSON': { on: () => Standardizer.learn(dense), args: () => [] },
    'TfIdf.learn': { args: () => [sparse, { sublinear: true, normalise: true, maxMemory: 2 ** 20 }] },
    'TfIdf.fromJSON': { args: () => [TfIdf.learn(sparse).toJSON()] },
    'TfIdf#apply': { on: () => TfIdf.learn(sparse), args: () => [sparse] },
    'TfIdf#toJSON': { on: () => TfIdf.learn(sparse), args: () => [] },
    'new Tree': {
      args: () => [3, [{ a: 0, b: 1, information: 0.5 }], 0, ['a', 'b', 'c'], [['n', 'y'], ['n', 'y'], undefined]],
    },
    'Tree#neighbours': { on: () => tree, args: () => [0] },
    'Tree#walk': { on: () => tree, args: () => [] },
    'Tree#depthFirst': { on: () => tree, args: () => [] },
    'TrfNet.grow': { args: () => [sparse, { ...netOptions, ...trfOptions, tree, signal }] },
    'TrfNet.load': loading(trf),
    'TseNet.grow': {
      args: () => [
        sparse,
        { ...netOptions, skeleton: latent, density: 0.1, minInputs: 1, skipPaths: { units: 2 }, signal },
      ],
    },
    'TseNet.load': loading(tse),
    'TseNet#describe': { on: () => tse, args: () => [] },
    areaUnderRoc: {
      args: () => [
        [0.1, 0.9],
        [false, true],
      ],
    },
    assignLatents: { args: () => [latent, sparse, { engine, signal }] },
    refineLatentTree: {
      args: () => [latent, () => [sparse], { passes: 1, batchRows: 4, exponent: 0.75, steps: 1, signal, engine }],
    },
    describeTopics: {
      args: () => [
        wine,
        vectorizer,
        documents(),
        {
          assignment: 'narrow',
          threshold: 0.5,
          top: 3,
          exemplars: 1,
          shown: 1,
          mostTextLength: 9,
          mostSentenceLength: 9,
          names: { 'h1.0': 'Wine' },
          seed: 1,
          signal,
          engine,
        },
      ],
    },
    htmlToText: { args: () => ['<p>red wine</p>'] },
    markdownToText: { args: () => ['# red wine'] },
    periodOf: { args: () => ['2024-02-29', 'month', 'ymd'] },
    learnPeriods: { args: () => [['2024-02-29', '2023-01-01']] },
    readDocuments: {
      args: () => [
        ['text,label,date\nred wine,drink,2024\nred apples,food,2023\n'],
        { format: 'csv', textColumn: 'text', labelColumn: 'label', dateColumn: 'date', encoding: 'utf-8' },
      ],
    },
    assignTopics: {
      args: () => [wine, vectorizer, documents(), { assignment: 'narrow', levels: [1], signal, engine }],
    },
    splitDocuments: { args: () => [documents(), { holdout: 0.5, seed: 1, engine }] },
    scoreDocuments: { args: () => [wine, vectorizer, documents(), { signal, engine }] },
    topicIds: { args: () => [wine, [1]] },
    requireTopicNames: { args: () => [wine, { 'h1.0': 'Wine' }] },
    sampleLatentTree: { args: () => [latent, 6, { seed: 1, pieceRows: 4, signal, engine }] },
    chowLiuTree: {
      args: () => [
        sparse,
        { ...discrete, root: 0, minInformation: 0, required: [[0, 1]], forbidden: [[1, 2]], seed: 1 },
      ],
    },
    createEngine: { args: () => [{ threads: 1, wide: false, precision: 'strict' }] },
    createWorker: { args: () => [{ threads: 1, wide: false, precision: 'strict', maxMemory: 2 ** 24 }] },
    expandTree: {
      args: () => [latent, sparse, { density: 0.1, minInputs: 1, sampleRows: 8, seed: 1, signal, engine }],
    },
    formatSparseText: { args: () => [sparse] },
    gateKind: { args: () => [0.5] },
    gateReport: {
      args: () => [Uint8Array.of(1, 0, 1, 1), LAYOUT.map((block) => ({ ...block })), { ...labelled(), values: [0, 1] }],
    },
    gatesToCsv: { args: () => [report()] },
    gunzip: { args: () => [new Uint8Array(gzipSync('text')), { maxMemory: 2 ** 20 }] },
    textOf: { args: () => [Uint8Array.of(97, 98), { encoding: 'windows-1252', maxMemory: 2 ** 20 }] },
    idxDataset: {
      args: () => [
        idxBytes([2, 2, 2], new Uint8Array(8)),
        idxBytes([2], [0, 1]),
        { scale: 1, classes: 2, maxMemory: 2 ** 20 },
      ],
    },
    latentTree: { args: () => [sparse, { seed: 1, maxTop: 3, signal, engine }] },
    latentTreeToJson: { args: () => [latent, { top: 3 }] },
    loadNet: loading(net),
    mutualInformation: { args: () => [table(), 0, 1, discrete] },
    countData: { args: () => [sparse, countOptions()] },
    mergeCounts: { args: () => [[counts], { engine, signal }] },
    saveCounts: { args: () => [counts] },
    loadCounts: { args: () => [countsBytes.slice()] },
    surveyData: { args: () => [sparse, { part: 'a' }] },
    surveyTexts: { args: () => [['red wine', 'white wine'], { part: 'a', language: 'none' }] },
    mergeSurveys: { args: () => [[surveyData(sparse)]] },
    saveSurvey: { args: () => [surveyData(sparse)] },
    loadSurvey: { args: () => [saveSurvey(surveyData(sparse))] },
    parseIdx: { args: () => [idxBytes([2, 2, 2], new Uint8Array(8))] },
    learnSvmlight: { args: () => ['1 1:1\n2 2:1\n', svmlightOptions()] },
    parseSvmlight: { args: () => ['1 1:1\n2 2:1\n', svmlightOptions()] },
    learnSvmlightAsync: { args: () => ['1 1:1\n2 2:1\n', { ...svmlightOptions(), ...paced() }] },
    parseSvmlightAsync: { args: () => ['1 1:1\n2 2:1\n', { ...svmlightOptions(), ...paced() }] },
    parseSparseText: { args: () => ['0,1:1\n1,2:1\n', sparseOptions()] },
    parseSparseTextAsync: { args: () => ['0,1:1\n1,2:1\n', { ...sparseOptions(), ...paced() }] },
    readSafetensors: { args: () => [writeSafetensors({ a: { shape: [2], data: Float32Array.of(1, 2) } })] },
    receptiveFields: { args: () => [tree, { radius: 1, stride: 1 }] },
    setDefaultEngine: { args: () => [engine] },
    shrinkImages: { args: () => [images, 1] },
    splitRows: { args: () => [dense, { validation: 0.25, test: 0.25, seed: 1, stratify: true, engine }] },
    targetInformation: { args: () => [sparse, discrete] },
    tellingGates: { args: () => [report(), 2] },
    topPairs: { args: () => [table(), 2, discrete] },
    treeFromJson: { args: () => [treeToJson(tree)] },
    treeToJson: { args: () => [tree] },
    writeSafetensors: { args: () => [{ a: { shape: [2], data: Float32Array.of(1, 2) } }, { note: 'mine' }] },
    learnCsv: { args: () => [CSV, csvOptions()] },
    learnCsvAsync: { args: () => [CSV, { ...csvOptions(), ...paced() }] },
    learnCsvSchema: { args: () => [CSV, csvOptions()] },
    learnRecords: {
      args: () => [
        [
          [1, 'x', 'no'],
          [2, 'y', 'yes'],
          [3, 'x', 'no'],
        ],
        { ...tableOptions(), names: ['a', 'b', 'kind'] },
      ],
    },
    readRecords: {
      args: () => [[{ a: 1, b: 'x', kind: 'no' }], schema(), { targets: 'compare', maxMemory: 2 ** 20 }],
    },
    'Dataset.fromRecords': {
      args: () => [
        [
          { a: 1, b: 'x', kind: 'no' },
          { a: 2, b: 'y', kind: 'yes' },
        ],
        tableOptions(),
      ],
    },
    readCsv: { args: () => [CSV, schema(), { targets: 'compare', maxMemory: 2 ** 20 }] },
    readCsvAsync: { args: () => [CSV, schema(), { targets: 'compare', maxMemory: 2 ** 20, ...paced() }] },
    threading: { args: () => [] },
    allocate: { args: () => [engine, [1, 2], Float32Array.of(1, 2)] },
    conv2d: { args: () => [ones(4), ones(1), { ...convolution(), bias: ones(1), relu: true, out: ones(4) }] },
    conv2dInputGradient: { args: () => [ones(4), ones(1), { ...convolution(), out: ones(4) }] },
    conv2dWeightGradient: { args: () => [ones(4), ones(4), { ...convolution(), out: ones(1) }] },
    gatedConv2d: {
      args: () => [
        ones(4),
        ones(1),
        {
          ...convolution(),
          open: Uint8Array.of(1),
          read: Uint8Array.of(1),
          bias: ones(1),
          relu: true,
          out: ones(4),
        },
      ],
    },
    packFilters: { args: () => [ones(1), convolution()] },
    matmul: {
      args: () => [
        ones(1),
        ones(1),
        { m: 1, n: 1, k: 1, transposeA: true, transposeB: true, accumulate: true, out: ones(1), signal, engine },
      ],
    },
    pairCounts: { args: () => [{ start: Int32Array.of(0, 1), index: Int32Array.of(1) }, pairing()] },
    pairInformation: { args: () => [Uint8Array.of(0, 1), { ...pairing(), states: 2 }] },
    sparseLinear: { args: () => [ones(2), ones(1), { ...connected(), bias: ones(1), out: ones(1) }] },
    sparseLinearGradients: {
      args: () => [ones(2), ones(1), ones(1), { ...connected(), dx: ones(2), dweight: ones(1), dbias: ones(1) }],
    },
    maximumSpanningTree: { args: () => [Float64Array.of(0, 1, 1, 0), { vertices: 2, root: 1, signal, engine }] },
    gatesToSvg: { args: () => [report(), { width: 960, order: 'rate', theme: 'auto', title: 'Gates' }] },
    latentTreeToDot: { args: () => [latent, { top: 3 }] },
    latentTreeToHtml: { args: () => [latent, drawing()] },
    latentTreeToSvg: { args: () => [latent, { ...drawing(), levels: 1 }] },
    topicSharesToSvg: { args: () => [topicReport(), { by: 'periods', topics: 3, level: 1, title: 'Shares' }] },
    topicsToHtml: { args: () => [topicReport(), { topics: 3, level: 1, title: 'Topics' }] },
    treeToDot: { args: () => [tree] },
    treeToSvg: { args: () => [tree, { highlight: [0], title: 'Tree' }] },
  };
}

const LABELS = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
const WORDS = ['alpha', 'beta', 'gamma', 'delta'];
const LAYOUT = [{ name: 'conv', first: 0, count: 2 }];
const CSV = 'a,b,kind\n1,x,no\n2,y,yes\n3,x,no\n';

function tableOptions() {
  return {
    target: 'kind',
    task: 'classes' as const,
    categorical: ['b'],
    ignore: [],
    missing: 'refuse' as const,
    missingMarks: [''],
    dates: 'days' as const,
    unknownCategory: 'zero' as const,
    maxMemory: 2 ** 20,
  };
}

function csvOptions() {
  return { ...tableOptions(), header: true, delimiter: ',' as const, decimal: '.' as const };
}

function svmlightOptions() {
  return {
    columns: 3,
    zeroBased: false,
    targets: 'classes',
    classes: 2,
    classNames: ['1', '2'],
    featureNames: ['x', 'y', 'z'],
  };
}

function labelled() {
  return { classes: 2, names: ['no', 'yes'], values: [0, 1, 0, 1] };
}

function numbers(): number[][] {
  return LABELS.map((label, r) => [label, r % 3, r / 4]);
}

function sparseRows(): Dataset {
  const rows = LABELS.map((label, r) =>
    [label, 1 - (r % 3 === 0 ? 1 : 0), r % 2, 1].flatMap((on, c) => (on ? [c] : [])),
  );
  const start = Int32Array.from([0, ...rows.map((_, r) => rows.slice(0, r + 1).flat().length)]);
  const index = Int32Array.from(rows.flat());
  const value = new Float32Array(index.length).fill(1);
  return Dataset.sparse({ rows: 12, columns: 4, start, index, value, labels: LABELS, featureNames: WORDS });
}

/** A column of numbers and two of categories, with missing cells. */
function table(): Table {
  const values = Float64Array.from(LABELS, (_, r) => (r === 3 ? Number.NaN : r / 4));
  const codes = Int32Array.from(LABELS, (_, r) => (r % 4) - 1);
  const word = { kind: 'categorical', name: 'word', codes, categories: ['a', 'b', 'c'] } as const;
  const columns = [{ kind: 'numeric', name: 'size', values } as const, word, { ...word, name: 'other' }];
  return { kind: 'table', rows: LABELS.length, columns };
}

function imageRows(): Dataset {
  const values = Uint8Array.from({ length: 12 * 64 }, (_, i) => (i * 37) % 256);
  return Dataset.images({ channels: 1, height: 8, width: 8, values, labels: LABELS });
}

function partsOf({ features, levels, parent, probability, limits, rows, logLikelihood, featureNames }: LatentTree) {
  return {
    features,
    levels: [...levels],
    parent,
    probability,
    limits,
    rows,
    logLikelihood,
    featureNames: [...featureNames!],
  };
}
