import {
  Dataset,
  DenseNet,
  type Engine,
  type FeedforwardNet,
  type FitOptions,
  GaterNet,
  LatentTree,
  latentTree,
  latentTreeToJson,
  loadNet,
  readSafetensors,
  Standardizer,
  TfIdf,
  TrfNet,
  TseNet,
  writeSafetensors,
} from 'espalier';
import {
  learnCsv,
  learnCsvAsync,
  learnCsvSchema,
  learnRecords,
  learnSvmlight,
  learnSvmlightAsync,
  parseIdx,
  parseSparseText,
  parseSparseTextAsync,
  parseSvmlight,
  readCsv,
  readRecords,
  type TableSchema,
} from 'espalier/read';
import {
  htmlToText,
  learnPeriods,
  markdownToText,
  readDocuments,
  TextVectorizer,
  type TextVectorizerJson,
} from 'espalier/text';
import { TopicTree, type TopicTreeJson } from 'espalier/topics';
import { encode } from 'fast-png';
import { decodePng } from '#dist/cli/read/png.js';
import { ChannelNorm } from '#dist/data/images/channel-norm.js';
import { readRaw } from '#dist/data/text/read-raw.js';
import { csvText, idxBytes, sparseText, taskText } from '../support/cli-data.js';
import { Random } from '../support/random.js';
import { valuesOf } from '../support/raw-tables.js';
import { stateDictOf } from '../support/state-dict.js';
import { knownTopics } from '../support/topic-documents.js';
import { digest, type Target } from './fuzz.js';
import { mutateBytes, mutateJson, mutateSafetensors, mutateText } from './mutate.js';
import { tryOption } from './options.js';
import { idxTwin, sparseTwin, svmlightTwin } from './twins.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const RECORDS = [
  [
    { a: 1, b: 'x', c: '2020-01-02' },
    { a: null, b: 'y' },
    { a: 3, b: 'x', c: '2020-01-05' },
  ],
  [
    [1, true, '5'],
    [2, false, 'NA'],
    [4, true, '7'],
  ],
];

/** Every reader and loader of the package, with inputs that it reads. */
export async function targets(engine: Engine): Promise<Target[]> {
  return [options(), ...texts(), ...documents(), ...binaries(), ...(await jsons(engine)), ...(await nets(engine))];
}

function options(): Target {
  return {
    name: 'options',
    inputs: [],
    mutate: (random) => Uint8Array.from({ length: 4 }, () => random.below(256)),
    read: (bytes) => tryOption(new Random(new DataView(bytes.buffer).getInt32(0))),
    mayDiffer: true,
    weight: 4,
  };
}

function texts(): Target[] {
  return [
    {
      name: 'sparse-text',
      inputs: [sparseText(12, 1), taskText(4, 1), '\ufeff1 ,2:1e-3 , 0:.5\r\n0,7:0\r\n\n'].map(bytesOf),
      mutate: mutateText,
      read: (bytes) => sparse(textOf(bytes)),
      mayDiffer: true,
      weight: 2,
    },
    {
      name: 'svmlight',
      inputs: ['+1 1:0.5 3:1 # c\n-1 2:1\n\n', '2 qid:4 0:1e-3\t7:2\r\n0 3:-.5\n', '1.5 1:1\n# none\n-7 2:0\n'].map(
        bytesOf,
      ),
      mutate: mutateText,
      read: (bytes) => svmlight(textOf(bytes)),
      mayDiffer: true,
      weight: 2,
    },
    {
      name: 'csv',
      inputs: [csvText(20, 1), 'a;b\n1;"x;""y"\n2;z\n', '1\t2\n3\t?\n', 'a,b\r\n1,yes\r\n,no\r\n'].map(bytesOf),
      mutate: mutateText,
      read: (bytes) => csv(textOf(bytes)),
      mayDiffer: true,
      weight: 2,
    },
    {
      name: 'raw-columns',
      inputs: [csvText(20, 1), 'sep=;\na;b\n1,5;"x;""y"\n2;z\n', '"$1,200"|2 %\r1|?\r', ' 1  2\n 3 4\n'].map(bytesOf),
      mutate: mutateText,
      read: (bytes) => rawColumns(textOf(bytes)),
      mayDiffer: true,
    },
  ];
}

const PAGE = '<head><title>t</title></head><p>a &amp; b<br>c<ul><li>d<!-- e --><script>f</script></ul>';
const NOTE =
  '---\nt: 1\n---\n# A *b*\n\n- [c](d) ![e](f)\n\n```\ng\n```\n| h | [[i]] |\n|---|---|\n> j &lt; <b>k</b>\n';

function documents(): Target[] {
  return [
    {
      name: 'documents',
      inputs: [
        'one text, of words\n\nanother text of words\n',
        'label\ttext\na\tone\nb\ttwo "x"\n',
        'id,text,label\n1,"one, ""two""\nthree",a\n2,four,b\n',
        '{"text":"a\\n","label":"x","date":"2020"}\n{"text":"b"}\n',
        '[{"text":"a [b] {c}","label":1},\n {"text":"d"}]',
        '["a", "b"]',
      ].map(bytesOf),
      mutate: mutateText,
      read: inAnyParts,
      mayDiffer: true,
      weight: 2,
    },
    {
      name: 'html-markdown',
      inputs: [PAGE, NOTE].map(bytesOf),
      mutate: mutateText,
      read: (bytes) => digest(`${htmlToText(textOf(bytes))}\0${markdownToText(textOf(bytes))}`),
      mayDiffer: true,
    },
    {
      name: 'periods',
      inputs: ['2020-01-02\n2021\n3 Feb 2020', '01/02/2020\n3.4.2021\n20200405'].map(bytesOf),
      mutate: mutateText,
      read: (bytes) => digest(JSON.stringify(learnPeriods(textOf(bytes).split('\n')) ?? null)),
      mayDiffer: true,
    },
  ];
}

/** The same documents, or the same refusal, whole and in parts. */
async function inAnyParts(bytes: Uint8Array): Promise<string> {
  const read = async (parts: Iterable<Uint8Array>) => {
    const found: unknown[] = [];
    for await (const document of readDocuments(parts)) found.push(document);
    return JSON.stringify(found);
  };
  const size = 1 + (bytes.length % 5);
  const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const cut = await read(parts).catch((error: Error) => error.message);
  const whole = await read([bytes]).catch((error: Error) => {
    if (error.message !== cut) throw new Error(`another outcome in parts: ${cut}, whole: ${error.message}`);
    throw error;
  });
  if (whole !== cut) throw new Error('other documents in parts');
  return digest(whole);
}

/** Every cell is a number, a text or missing, and none else; the same when the dialect found is said. */
function rawColumns(text: string): string {
  const missingMarks = ['', 'NA', '?'];
  const table = readRaw(text, { missingMarks });
  const values = JSON.stringify(valuesOf(table));
  const { delimiter, decimal, header } = table.dialect;
  const said = readRaw(text, { missingMarks, delimiter, decimal, header });
  if (JSON.stringify(valuesOf(said)) !== values) throw new Error('other cells when the dialect found is said');
  return digest(values);
}

/** What the reader makes of it must be what its twin makes of it. */
async function sparse(text: string): Promise<string> {
  const wanted = sparseTwin(text);
  await asAtOnce(
    () => parseSparseText(text),
    () => parseSparseTextAsync(text),
  );
  const { features, targets } = asItsTwin(wanted, () => parseSparseText(text));
  if (targets === undefined || targets.kind === 'values') throw new Error('other kinds');
  // Classes by value are named by it.
  const named = targets.kind === 'classes' ? targets.names : undefined;
  const labels = Array.from(targets.values, (label: number) => (named ? Number(named[label]) : label));
  const found = { labels, tasks: targets.kind === 'tasks', rows: rowsOf(features) };
  return sameAs(wanted, found);
}

/** Labels as numbers, so that none is refused. */
async function svmlight(text: string): Promise<string> {
  const wanted = svmlightTwin(text);
  await asAtOnce(
    () => learnSvmlight(text),
    () => learnSvmlightAsync(text),
  );
  const { features, targets } = asItsTwin(wanted, () => parseSvmlight(text, { targets: 'values' }));
  return sameAs(wanted, { labels: Array.from(targets!.values), rows: rowsOf(features) });
}

/** What is read with turns for others must be what is read at once, a refusal too. */
async function asAtOnce(read: () => unknown, readInTurns: () => Promise<unknown>): Promise<void> {
  const outcome = async (work: () => unknown) => {
    try {
      return JSON.stringify(await work());
    } catch (error) {
      return String(error);
    }
  };
  const [wanted, found] = [await outcome(read), await outcome(readInTurns)];
  if (wanted !== found) throw new Error(`in turns ${found.slice(0, 200)}, at once ${wanted.slice(0, 200)}`);
}

function asItsTwin(wanted: { rows: unknown[] } | undefined, read: () => Dataset): Dataset {
  try {
    return read();
  } catch (error) {
    if (wanted) throw new Error(`its twin reads ${wanted.rows.length} rows of it, but: ${(error as Error).message}`);
    throw error;
  }
}

function sameAs(wanted: object | undefined, read: object): string {
  const found = JSON.stringify(read);
  if (found !== JSON.stringify(wanted)) throw new Error(`read ${found}, but its twin ${JSON.stringify(wanted)}`);
  return digest(found);
}

function rowsOf(features: Dataset['features']): [number, number][][] {
  if (features.kind !== 'sparse') throw new Error('other kinds');
  const { rows, start, index, value } = features;
  return Array.from({ length: rows }, (_, r) =>
    Array.from(index.subarray(start[r]!, start[r + 1]!), (column, i) => [column, value[start[r]! + i]!]),
  );
}

/** Numbers only, the same when read again, by the schema's JSON, and when printed and read. */
async function csv(text: string): Promise<string> {
  await asAtOnce(
    () => learnCsv(text, { target: -1 }),
    () => learnCsvAsync(text, { target: -1 }),
  );
  const schema = learnCsvSchema(text, { target: null, missing: 'mode' });
  const { features } = readCsv(text, schema);
  if (features.kind !== 'dense' || !features.values.every(Number.isFinite)) throw new Error('not finite');
  const again = readCsv(text, JSON.parse(JSON.stringify(schema)) as TableSchema);
  if (digest(features.values) !== digest((again.features as { values: Float64Array }).values))
    throw new Error('another result when read again by the schema as JSON');
  const { rows, columns, values } = features;
  const lines = Array.from({ length: rows }, (_, r) =>
    Array.from(values.subarray(r * columns, (r + 1) * columns)).join(','),
  );
  const printed = [Array.from({ length: columns }, (_, c) => `c${c}`).join(','), ...lines].join('\n');
  const plain = learnCsvSchema(printed, { target: null, header: true, delimiter: ',' });
  const reread = readCsv(printed, plain).features as { values: Float64Array };
  // Text has no minus zero that is not zero.
  if (!reread.values.every((x, i) => x === values[i])) throw new Error('other numbers when printed and read');
  return digest(JSON.stringify(schema), values);
}

function binaries(): Target[] {
  const pixels = Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256);
  return [
    {
      name: 'idx',
      inputs: [
        idxBytes([3, 2, 2], pixels.subarray(0, 12)),
        idxBytes([2, 3], pixels.subarray(0, 24), 13),
        idxBytes([4], pixels.subarray(0, 8), 11),
      ],
      mutate: mutateBytes,
      read: idx,
      mayDiffer: true,
    },
    {
      name: 'png',
      inputs: [
        encode({ width: 4, height: 4, channels: 3, data: pixels }),
        encode({ width: 4, height: 4, channels: 1, data: pixels.slice(0, 16) }),
        encode({ width: 2, height: 4, channels: 2, depth: 16, data: Uint16Array.from(pixels.subarray(0, 16)) }),
      ],
      mutate: mutateBytes,
      read: (bytes) => {
        const { channels, height, width, values } = named('png', () => decodePng(bytes));
        return digest(`${channels} ${height} ${width}`, values);
      },
    },
    {
      name: 'safetensors',
      inputs: [
        writeSafetensors(
          { a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, b: { shape: [], data: Int8Array.of(7) } },
          { note: 'text', more: '{"a":[1,2,{"b":null}]}' },
        ),
        writeSafetensors({ wide: { shape: [3], data: BigInt64Array.of(1n, -2n, 3n) } }),
      ],
      mutate: mutateSafetensors,
      read: (bytes) => {
        const { tensors, metadata } = readSafetensors(bytes);
        for (const [name, { shape, data }] of Object.entries(tensors))
          if (data.length !== shape.reduce((a, b) => a * b, 1))
            throw new Error(`${name}: ${data.length} for [${shape}]`);
        const written = writeSafetensors(tensors, metadata);
        const again = readSafetensors(written);
        if (digest(written) !== digest(writeSafetensors(again.tensors, again.metadata))) throw new Error('not stable');
        return digest(written);
      },
      mayDiffer: true,
      weight: 2,
    },
  ];
}

function idx(bytes: Uint8Array): string {
  const wanted = idxTwin(bytes);
  const { shape, values } = parseIdx(bytes);
  const found = JSON.stringify({ shape, values: Array.from(values) });
  if (found !== JSON.stringify(wanted)) throw new Error(`read ${found.slice(0, 200)}, but its twin did not`);
  return digest(found);
}

async function jsons(engine: Engine): Promise<Target[]> {
  const { listed, dense, images } = problem();
  const json = (
    name: string,
    objects: readonly object[],
    read: (json: unknown) => string | Promise<string>,
  ): Target => ({
    name,
    inputs: objects.map((object) => bytesOf(JSON.stringify(object))),
    mutate: (random, input) => bytesOf(mutateJson(random, textOf(input))),
    read: (bytes) => {
      let value: unknown;
      try {
        value = JSON.parse(textOf(bytes));
      } catch (cause) {
        throw new TypeError('json: expected JSON', { cause });
      }
      return read(value);
    },
    mayDiffer: true,
  });
  const finite = (values: ArrayLike<number>) => {
    if (!Array.from(values).every(Number.isFinite)) throw new Error('not finite');
    return digest(Float64Array.from(values));
  };
  const tree = await latentTree(listed, { engine });
  const texts = ['Red wine, red apples', 'white wine', 'red apples', 'the red wine'];
  const plain = await TextVectorizer.learn(texts, { language: 'none', phrases: 2, binary: true });
  const stems = await TextVectorizer.learn(texts, { language: 'en', stem: true, stopWords: ['white'] });
  const topics = new TopicTree({
    ...(await knownTopics([
      ['apple', 'pear'],
      ['port', 'ship'],
    ])),
    steps: 2,
  });
  const { features } = images;
  if (features.kind !== 'images') throw new Error('expected images');
  return [
    json('latent-tree', [tree.toJSON(), latentTreeToJson(tree)], (value) => {
      const read = LatentTree.fromJSON(value as never);
      finite(read.marginal);
      const again = LatentTree.fromJSON(JSON.parse(JSON.stringify(read)));
      if (JSON.stringify(again) !== JSON.stringify(read)) throw new Error('another tree when read again');
      return digest(JSON.stringify(read));
    }),
    json('standardizer', [Standardizer.learn(dense).toJSON(), Standardizer.learn(listed).toJSON()], (value) => {
      const { mean, scale } = Standardizer.fromJSON(value);
      return finite(mean ?? []) + finite(scale);
    }),
    json('tf-idf', [TfIdf.learn(listed).toJSON()], (value) => {
      const { idf, sublinear, normalise } = TfIdf.fromJSON(value);
      return finite(idf) + String(sublinear) + String(normalise);
    }),
    json('text-vectorizer', [plain.toJSON(), { ...stems.toJSON(), stopWords: ['the', 'white'] }], async (value) => {
      const read = await TextVectorizer.fromJSON(value as TextVectorizerJson);
      const { index, value: counts } = read.rows(texts);
      const again = await TextVectorizer.fromJSON(JSON.parse(JSON.stringify(read)) as TextVectorizerJson);
      if (JSON.stringify(again) !== JSON.stringify(read)) throw new Error('another vectorizer when read again');
      return finite(index) + finite(counts) + digest(JSON.stringify(read));
    }),
    json('topic-tree', [topics.toJSON(), topics.named({ 'h1.0': 'Sea' }).toJSON()], async (value) => {
      const read = await TopicTree.fromJSON(value as TopicTreeJson);
      const again = await TopicTree.fromJSON(JSON.parse(JSON.stringify(read)) as TopicTreeJson);
      if (JSON.stringify(again) !== JSON.stringify(read)) throw new Error('another tree when read again');
      return finite(read.tree.marginal) + digest(JSON.stringify(read));
    }),
    json('channel-norm', [ChannelNorm.learn(features).toJSON()], (value) => {
      const { mean, std } = ChannelNorm.fromJSON(value);
      return finite(mean) + finite(std);
    }),
    json(
      'table-schema',
      [learnCsvSchema(csvText(20, 1), { target: 'kind' }), learnCsvSchema('1;a\n2;b\n', { target: null })],
      (value) => {
        const text = (value as TableSchema | null)?.dialect?.delimiter === ';' ? '1;a\n2;b\n' : csvText(20, 1);
        const read = readCsv(text, value as TableSchema);
        return finite((read.features as { values: Float64Array }).values);
      },
    ),
    json('records', RECORDS, (value) => {
      const { data, schema } = learnRecords(value as unknown[], { target: null, missing: 'state' });
      const { values } = data.features as { values: Float64Array };
      const again = readRecords(value as unknown[], JSON.parse(JSON.stringify(schema)) as TableSchema);
      if (digest((again.features as { values: Float64Array }).values) !== digest(values))
        throw new Error('another result when read again by the schema as JSON');
      return finite(values);
    }),
  ];
}

async function nets(engine: Engine): Promise<Target[]> {
  const { listed, dense, images } = problem();
  const trfOptions = {
    layers: [
      { radius: 1, stride: 2, globalUnits: 2 },
      { radius: 1, stride: 2, globalUnits: 1 },
    ],
    pretrain: { epochs: 1 },
    engine,
  };
  const tseOptions = { minInputs: 1, skipPaths: { units: 2 }, engine };
  const gatedOptions = {
    backbone: [{ type: 'conv', filters: 2 }] as const,
    gater: [{ type: 'conv', filters: 2 }] as const,
    bottleneck: 2,
    engine,
  };
  let trfGrowth: Uint8Array | undefined;
  let tseGrowth: Uint8Array | undefined;
  const trf = await TrfNet.grow(listed, {
    ...trfOptions,
    onCheckpoint: (bytes) => {
      trfGrowth = bytes;
    },
  });
  const tse = await TseNet.grow(listed, {
    ...tseOptions,
    onCheckpoint: (bytes) => {
      tseGrowth = bytes;
    },
  });
  const net = await DenseNet.create(dense, { hidden: [2], input: 'standard', engine });
  const gated = await GaterNet.create(images, gatedOptions);
  const fit: FitOptions = { epochs: 2, batchSize: 8, validation: dense };
  const checkpoints: Uint8Array[] = [];
  const start = net.save();
  await net.fit(dense, {
    ...fit,
    onCheckpoint: (bytes) => {
      checkpoints.push(bytes);
    },
  });

  const outputs = async (one: FeedforwardNet | GaterNet, data: Dataset) => {
    try {
      const { outputs: found } = await one.predict(data);
      return digest(JSON.stringify(one.describe()), found);
    } finally {
      one.dispose();
    }
  };
  const written = ['red wine', 'white wine, red apples', 'apples', 'wine'];
  const { data: textRows } = await TextVectorizer.learnTransform(written, { labels: ['a', 'b', 'b', 'a'] });
  const reader = await DenseNet.create(textRows, { hidden: [2], engine });
  const fromTexts = async (one: FeedforwardNet) => {
    try {
      return digest(JSON.stringify(one.describe()), (await one.predict(written)).outputs);
    } finally {
      one.dispose();
    }
  };
  const file = (
    name: string,
    inputs: readonly Uint8Array[],
    read: Target['read'],
    more: Partial<Target> = {},
  ): Target => ({
    name,
    inputs,
    mutate: mutateSafetensors,
    read,
    ...more,
  });
  const loaded = (name: string, one: { save(): Uint8Array }, data: Dataset) =>
    file(name, [one.save()], async (bytes) => outputs(await loadNet(bytes, { engine }), data));
  return [
    loaded('dense', net, dense),
    loaded('trf', trf, listed),
    loaded('tse', tse, listed),
    loaded('gaternet', gated, images),
    file('text-net', [reader.save()], async (bytes) => fromTexts(await DenseNet.load(bytes, { engine })), {
      weight: 0.5,
    }),
    file('fit-checkpoint', checkpoints, async (resume) => {
      const fresh = await DenseNet.load(start, { engine });
      try {
        await fresh.fit(dense, { ...fit, resume });
      } catch (error) {
        fresh.dispose();
        throw error;
      }
      return outputs(fresh, dense);
    }),
    file(
      'trf-checkpoint',
      [trfGrowth!],
      async (resume) => outputs(await TrfNet.grow(listed, { ...trfOptions, resume }), listed),
      { weight: 0.5 },
    ),
    file(
      'tse-checkpoint',
      [tseGrowth!],
      async (resume) => outputs(await TseNet.grow(listed, { ...tseOptions, resume }), listed),
      { weight: 0.5 },
    ),
    file(
      'state-dict',
      [await stateDictOf(engine)],
      async (bytes) => {
        const options = {
          image: { height: 8, width: 8 },
          normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
          placement: 'every-conv',
        } as const;
        const one = await GaterNet.fromStateDict(bytes, { ...options, engine });
        const digested = digest(JSON.stringify(one.describe()), one.save());
        one.dispose();
        return digested;
      },
      { mayDiffer: true, weight: 0.5 },
    ),
  ];
}

/** Rows and images of two classes that are told apart by a few features. */
function problem(): { listed: Dataset; dense: Dataset; images: Dataset } {
  const random = new Random(3);
  const labels = Array.from({ length: 24 }, (_, r) => r % 2);
  const rows = labels.map((label) =>
    Array.from({ length: 6 }, (_, c) => Number(random.chance(c < 3 ? 0.2 + 0.6 * label : 0.4))),
  );
  const start = Int32Array.from([
    0,
    ...labels.map(
      (_, r) =>
        rows
          .slice(0, r + 1)
          .flat()
          .filter((x) => x > 0).length,
    ),
  ]);
  const index = Int32Array.from(rows.flatMap((row) => row.flatMap((x, c) => (x > 0 ? [c] : []))));
  const value = new Float32Array(index.length).fill(1);
  const values = Uint8Array.from({ length: 24 * 64 }, () => random.below(256));
  return {
    listed: Dataset.sparse({ rows: 24, columns: 6, start, index, value, labels }),
    dense: Dataset.dense(
      rows.map((row) => row.map((x) => x + random.next())),
      { labels },
    ),
    images: Dataset.images({ channels: 1, height: 8, width: 8, values, labels }),
  };
}

/** For refusals that come to the user behind the name of a file. */
function named<T>(argument: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${argument}: ${error.message}`, { cause: error });
    throw error;
  }
}
