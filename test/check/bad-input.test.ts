import {
  areaUnderRoc,
  assignLatents,
  chowLiuTree,
  createEngine,
  Dataset,
  DenseNet,
  expandTree,
  latentTree,
  mutualInformation,
  readSafetensors,
  receptiveFields,
  Standardizer,
  TfIdf,
  Tree,
  TrfNet,
  TseNet,
  targetInformation,
  topPairs,
  treeToJson,
  writeSafetensors,
} from 'espalier';
import { formatSparseText, idxDataset, learnCsvSchema, parseIdx, parseSparseText, readCsv } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, sparse, switches, tasks, values } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';

// What a person may pass by mistake, through the public API alone: a clear error that names the argument, no trap and no hang.

const rows = switches(1, 40);
const [train, listed] = [dense(rows), sparse(rows)];
const unlabelled = Dataset.dense(rows.rows);
const oneClass = Dataset.dense(rows.rows, { labels: rows.labels.map(() => 1), classes: 3 });
const [negative] = [
  Dataset.dense(
    [
      [-1, 2],
      [3, 4],
    ],
    { labels: [0, 1] },
  ),
];
const engine = await createEngine();
const net = await DenseNet.create(train, { hidden: [4], engine });
const trf = await TrfNet.grow(listed, { layers: [{ radius: 1, stride: 2 }], pretrain: { epochs: 0 }, engine });
const layers = [{ radius: 1, stride: 1 }];
const tree = new Tree(3, [{ a: 0, b: 1, information: 1 }]);

/** What TypeScript would have refused. */
// biome-ignore lint/suspicious/noExplicitAny: the point of the file
const wrong = (value: unknown): any => value;
const ints = (...list: number[]) => Int32Array.from(list);
const floats = (...list: number[]) => Float32Array.from(list);
const rowsOf = (start: number[], index: number[], value: number[], columns = 3) =>
  Dataset.sparse({
    rows: start.length - 1,
    columns,
    start: ints(...start),
    index: ints(...index),
    value: floats(...value),
  });
const fit = (options: unknown, data = train) => net.fit(data, wrong(options));
const create = (options: unknown, data = train) => DenseNet.create(data, wrong(options));
const grow = (options: object, data = listed) =>
  TrfNet.grow(data, wrong({ layers, pretrain: { epochs: 0 }, engine, ...options }));
const csv = 'a,b,y\n1,x,0\n2,z,1\n';
const schema = learnCsvSchema(csv, { target: 'y' });

type Case = [
  what: string,
  call: () => unknown,
  kind: typeof TypeError | typeof RangeError | typeof Error,
  message: RegExp,
];

const data: Case[] = [
  ['no rows', () => Dataset.dense([]), RangeError, /^rows: expected at least one row, got none$/],
  ['rows that are no list', () => Dataset.dense(wrong('1,2')), TypeError, /^rows: expected an array of rows/],
  ['ragged rows', () => Dataset.dense([[1, 2], [3]]), RangeError, /^rows\[1\]: expected 2 values, .* got 1$/],
  [
    'a hole in a row',
    () => Dataset.dense([[1, wrong(undefined)]]),
    TypeError,
    /^rows\[0\]\[1\]: expected a number, got undefined$/,
  ],
  ['text in a row', () => Dataset.dense([[1, wrong('2')]]), TypeError, /^rows\[0\]\[1\]: expected a number, got "2"$/],
  [
    'NaN in a row',
    () =>
      Dataset.dense([
        [1, 2],
        [3, NaN],
      ]),
    RangeError,
    /^features: row 1, column 1 is NaN, expected a finite number$/,
  ],
  ['infinity in a row', () => Dataset.dense([[Infinity]]), RangeError, /^features: row 0, column 0 is Infinity/],
  [
    'a number beyond 32 bits',
    () => DenseNet.create(Dataset.dense([[1], [1e39]], { labels: [0, 1] }), { input: 'none' }),
    RangeError,
    /^features: row 1, column 0 is 1e\+39, expected a number within a 32-bit float, or input: 'standard'$/,
  ],
  ['flat numbers without columns', () => Dataset.dense(floats(1, 2)), TypeError, /^columns: expected a number/],
  [
    'flat numbers that do not divide',
    () => Dataset.dense(floats(1, 2, 3), { columns: 2 }),
    RangeError,
    /^rows: expected a multiple of columns \(2\)/,
  ],
  [
    'a label too few',
    () => Dataset.dense([[1], [2]], { labels: [0] }),
    RangeError,
    /^targets.values: expected length 2 \(one class a row\), got 1$/,
  ],
  [
    'a fractional label',
    () => Dataset.dense([[1]], { labels: [0.5] }),
    RangeError,
    /^labels\[0\]: expected a class id, an integer from 0, got 0.5$/,
  ],
  [
    'a label out of range',
    () => Dataset.dense([[1], [2]], { labels: [0, 3], classes: 3 }),
    RangeError,
    /^targets: row 1 has class 3, expected one in \[0, 3\)$/,
  ],
  [
    'labels of one name',
    () => Dataset.dense([[1], [2]], { labels: ['a', 'a'] }),
    RangeError,
    /^labels: expected at least 2 classes, got only "a"/,
  ],
  [
    'targets and labels',
    () => Dataset.dense([[1]], { labels: [0], targets: wrong({}) }),
    TypeError,
    /^targets, labels: expected one of them, got both$/,
  ],
  [
    'a task label of 2',
    () => Dataset.dense([[1]], { targets: { kind: 'tasks', values: Int8Array.of(2), tasks: 1 } }),
    RangeError,
    /^targets: row 0 has 2 for task 0, expected 1, 0 or -1/,
  ],
  [
    'names twice',
    () => Dataset.dense([[1, 2]], { featureNames: ['a', 'a'] }),
    RangeError,
    /^featureNames: expected unique names, got "a" at 0 and 1$/,
  ],
  [
    'a column beyond the last',
    () => rowsOf([0, 1], [3], [1]),
    RangeError,
    /^features: row 0 has column 3, expected one in \[0, 3\)$/,
  ],
  ['a negative column', () => rowsOf([0, 1], [-1], [1]), RangeError, /^features: row 0 has column -1/],
  [
    'columns out of order',
    () => rowsOf([0, 2], [1, 0], [1, 1]),
    RangeError,
    /^features: row 0 has column 0 after 1, expected rising columns$/,
  ],
  [
    'rows that begin before they end',
    () => rowsOf([0, 2, 1], [0, 1], [1, 1]),
    RangeError,
    /^features.start\[2\]: expected at least/,
  ],
  ['a start beyond the entries', () => rowsOf([0, 5], [0], [1]), RangeError, /^features.index: expected length 5/],
  ['no such row', () => train.subset([40]), RangeError, /^rows\[0\]: expected an integer in \[0, 40\), got 40$/],
];

const formats: Case[] = [
  ['sparse text: no colon', () => parseSparseText('0,1 2\n'), RangeError, /line 1/],
  ['sparse text: no number', () => parseSparseText('0,1:x\n'), RangeError, /line 1/],
  ['sparse text: empty', () => parseSparseText(''), RangeError, /^text: /],
  ['sparse text: null', () => parseSparseText(wrong(null)), TypeError, /^text: expected a string/],
  [
    'sparse text: unlabelled rows to write',
    () => formatSparseText(unlabelled),
    TypeError,
    /^dataset: expected one with classes or tasks, got one with no targets$/,
  ],
  ['csv: a missing cell', () => learnCsvSchema('a,y\n1,0\n,1\n', { target: 'y' }), RangeError, /"a".*line 3/],
  ['csv: no such target', () => learnCsvSchema(csv, { target: 'z' }), RangeError, /^target: /],
  ['csv: rows of different lengths', () => learnCsvSchema('a,y\n1,0\n2\n', { target: 'y' }), RangeError, /line 3/],
  ['csv: an unknown category', () => readCsv('a,b,y\n1,new,0\n', schema), RangeError, /line 2.*"b".*seen in training/],
  ['csv: a column too few', () => readCsv('a,y\n1,0\n', schema), RangeError, /^text: expected a column "b", got none$/],
  ['csv: no schema', () => readCsv(csv, wrong({})), TypeError, /^schema: expected an object of kind 'table-schema'/],
  ['idx: another format', () => parseIdx(Uint8Array.of(1, 2, 3, 4)), RangeError, /^bytes: /],
  ['idx: truncated', () => parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9, 1)), RangeError, /^bytes: /],
  [
    'idx: labels for images',
    () => idxDataset(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 1)),
    RangeError,
    /^images: expected at least 2 axes, got 1/,
  ],
  ['safetensors: text', () => readSafetensors(wrong('x')), TypeError, /^bytes: expected Uint8Array/],
  ['safetensors: truncated', () => readSafetensors(net.save().subarray(0, 200)), RangeError, /truncated/],
  [
    'safetensors: a shape that does not fit',
    () => writeSafetensors({ a: { shape: [3], data: floats(1) } }),
    RangeError,
    /^tensors\["a"\]: expected 3 numbers/,
  ],
  [
    'standardising: other columns',
    () => Standardizer.learn(train).apply(negative),
    RangeError,
    /^dataset: expected 20 columns, as learned, got 2$/,
  ],
  [
    'standardising: centering sparse rows',
    () => Standardizer.learn(listed, { center: true }),
    TypeError,
    /^train: expected dense rows to center/,
  ],
  ['tf-idf: dense rows', () => TfIdf.learn(train), TypeError, /^train: expected sparse rows of counts/],
];

const structure: Case[] = [
  ['no data', () => chowLiuTree(wrong(undefined)), TypeError, /^data: expected a Dataset, got undefined$/],
  [
    'rows in place of a data set',
    () => chowLiuTree(wrong([[1, 0]])),
    TypeError,
    /^features: expected a matrix of kind 'dense', 'sparse' or 'images', got undefined$/,
  ],
  [
    'a matrix that no Dataset has seen, with a column far out',
    () =>
      chowLiuTree({
        features: { kind: 'sparse', rows: 1, columns: 2, start: ints(0, 1), index: ints(1e9), value: floats(1) },
      }),
    RangeError,
    /^features: row 0 has column 1000000000/,
  ],
  [
    'a root that is not there',
    () => chowLiuTree(listed, { root: 20 }),
    RangeError,
    /^root: expected a variable from 0 to 19, got 20$/,
  ],
  [
    'required edges in a cycle',
    () =>
      chowLiuTree(listed, {
        required: [
          [0, 1],
          [1, 2],
          [0, 2],
        ],
      }),
    RangeError,
    /^required: expected edges without a cycle, but 0-2/,
  ],
  [
    'an edge both required and forbidden',
    () => chowLiuTree(listed, { required: [[0, 1]], forbidden: [[0, 1]] }),
    RangeError,
    /^required: 0-1 is forbidden too$/,
  ],
  ['no pairs wanted', () => topPairs(listed, 0), RangeError, /^k: expected an integer from 1, got 0$/],
  ['pairs in words', () => topPairs(listed, wrong('all')), TypeError, /^k: expected an integer from 1, got "all"$/],
  [
    'no such feature',
    () => mutualInformation(listed, 0, 20),
    RangeError,
    /^b: expected a variable from 0 to 19, got 20$/,
  ],
  [
    'information about no target',
    () => targetInformation(unlabelled),
    TypeError,
    /^data: expected a dataset with classes to predict, got one with no targets$/,
  ],
  ['information about values', () => targetInformation(values(rows)), TypeError, /^data: .* got one with 2 values$/],
  [
    'a cycle for a tree',
    () =>
      new Tree(2, [
        { a: 0, b: 1, information: 1 },
        { a: 1, b: 0, information: 1 },
      ]),
    RangeError,
    /^edges: expected a forest, but 0-1 closes a cycle$/,
  ],
  [
    'edges in place of a tree',
    () => receptiveFields(wrong(tree.edges), { radius: 1, stride: 1 }),
    TypeError,
    /^tree: expected a Tree, got a list$/,
  ],
];

const nets: Case[] = [
  ['no data', () => DenseNet.create(wrong(null), { hidden: [] }), TypeError, /^train: expected a Dataset, got null$/],
  [
    'nothing to predict',
    () => create({ hidden: [3] }, unlabelled),
    TypeError,
    /^train: expected a dataset with targets, got one with no targets$/,
  ],
  [
    'rows of one class only',
    () => create({ hidden: [3] }, oneClass),
    RangeError,
    /^train: expected rows of at least 2 classes, got only class 1$/,
  ],
  [
    'a width beyond all memory',
    () => create({ hidden: [2 ** 24, 2 ** 24] }),
    RangeError,
    /^train: training a net of 281475412918288 weights for 20 columns needs 6755419171\.1 MB, the limit is 4295\.0 MB; use fewer columns or units or raise maxMemory$/,
  ],
  [
    'logarithms of negative numbers',
    () => create({ hidden: [], input: 'log' }, negative),
    RangeError,
    /^input: 'log' expects values from 0, got -1 in row 0$/,
  ],
  [
    'word frequencies of dense rows',
    () => create({ hidden: [], input: 'tf-idf' }),
    TypeError,
    /^train: expected sparse rows of counts/,
  ],
  ['growing from a net', () => grow({ resume: net.save() }), TypeError, /^resume: expected a checkpoint/],
  [
    'a file that is none',
    () => DenseNet.load(wrong('model.safetensors')),
    TypeError,
    /^bytes: expected a Uint8Array, got "model\.safetensors"$/,
  ],
  [
    'a file of tensors alone',
    () => TrfNet.load(writeSafetensors({ a: { shape: [1], data: floats(1) } })),
    TypeError,
    /^bytes: expected a net saved by Espalier/,
  ],
  [
    'the file of another method',
    () => TrfNet.load(net.save()),
    TypeError,
    /^bytes: expected a net of method 'trf', got one of 'dense'$/,
  ],
  ['half a file', () => TrfNet.load(trf.save().slice(0, -8)), RangeError, /truncated/],
];

const use: Case[] = [
  [
    'rows in place of a data set',
    () => net.predict(wrong(rows.rows)),
    TypeError,
    /^data: expected a Dataset, got a list; Dataset\.dense\(rows\) makes one of an array of rows$/,
  ],
  ['a column too few', () => net.predict(Dataset.dense([[1, 2]])), RangeError, /^data: expected 20 columns, got 2$/],
  [
    'sparse rows for a net of dense ones',
    () => net.predict(listed),
    TypeError,
    /^data: expected dense rows like the training data, got sparse rows$/,
  ],
  [
    'dense rows for a net of sparse ones',
    () => trf.predict(train),
    TypeError,
    /^data: expected sparse rows like the training data, got dense rows$/,
  ],
  [
    'evaluation without labels',
    () => net.evaluate(unlabelled),
    TypeError,
    /^data: expected classes to predict, got no targets$/,
  ],
  [
    'evaluation on other targets',
    () => net.evaluate(tasks(rows)),
    TypeError,
    /^data: expected classes to predict, got 2 tasks$/,
  ],
  ['explaining no such layer', () => net.explain(train, { layers: [1] }), RangeError, /^layers: /],
  [
    'scores that are NaN',
    () => areaUnderRoc([NaN, 1], [0, 1]),
    RangeError,
    /^scores\[0\]: expected a number, got NaN$/,
  ],
  ['training on nothing', () => net.fit(wrong(undefined)), TypeError, /^train: expected a Dataset, got undefined$/],
  [
    'training without labels',
    () => net.fit(unlabelled),
    TypeError,
    /^train: expected classes to predict, got no targets$/,
  ],
  ['patience about nothing', () => fit({ patience: 3 }), TypeError, /^patience: expected validation rows/],
  ['a net to resume', () => fit({ resume: net.save() }), TypeError, /^resume: expected a checkpoint/],
  [
    'a divergent rate',
    () => fit({ learningRate: 1e300, optimizer: 'sgd' }),
    RangeError,
    /^learningRate: training diverged in epoch/,
  ],
  [
    'another wasm module',
    () => createEngine({ wasm: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0) }),
    TypeError,
    /^wasm: expected the module espalier\/wasm\/espalier.wasm, got one without its kernels$/,
  ],
];

const table = Object.entries({ data, formats, structure, nets, use }).flatMap(([room, cases]) =>
  cases.map(([what, ...rest]) => [`${room}: ${what}`, ...rest] as const),
);

test('the table is long and its cases are distinct', () => {
  assert.is(new Set(table.map(([what]) => what)).size, table.length);
  assert.ok(table.length >= 45, `${table.length} cases`);
});

const [usedBefore, netBefore, trfBefore] = [engine.arena.used, net.save(), trf.save()];
for (const [what, call, kind, message] of table) test(what, () => refusesAsync(call, kind, message));

test('after all that, nets and memory are as they were', async () => {
  assert.equal(net.save(), netBefore);
  assert.equal(trf.save(), trfBefore);
  assert.is(engine.arena.used, usedBefore);
  await net.fit(train, { epochs: 1 });
});

test('instances by their prototype alone are refused by name', async () => {
  const empty = <T extends object>(made: T): T => Object.create(Object.getPrototypeOf(made));
  const [data, tree, latent] = [empty(train), empty(await chowLiuTree(train)), empty(await latentTree(train))];
  const net = await DenseNet.create(train, { hidden: [3] });
  const cases: [string, () => unknown][] = [
    ['data', () => net.predict(data)],
    ['train', () => net.fit(data)],
    ['validation', () => net.fit(train, { validation: data })],
    ['train', () => Standardizer.learn(data)],
    ['tree', () => receptiveFields(tree, { radius: 1, stride: 1 })],
    ['tree', () => treeToJson(tree)],
    ['tree', () => expandTree(latent, train)],
    ['tree', () => assignLatents(latent, train)],
    ['skeleton', () => TseNet.grow(train, { skeleton: latent })],
  ];
  for (const [argument, call] of cases)
    await refusesAsync(call, TypeError, new RegExp(`^${argument}: expected what its constructor has made, got`));
  net.dispose();
});

test.run();
