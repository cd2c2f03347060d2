// npm run bench:topics -- [--data r8,definitions] [--part report,settings,heldout,speed] [--out FOLDER] [--set key=value]...: topic trees from raw texts, learned and told of by
// TopicTree. R8 is ../shared/data/r8, its training part; definitions are those of tangible things in WordNet, labelled by kind. report: time by phase, and by level topics,
// coherence, agreement with the labels (with --out the pages, too); settings: the same for other options than the defaults; heldout: log-likelihood of documents held out, by the
// documents that the structure is learned from and by passes of stepwise EM over all; speed: documents a second of known topics. What is told is checked against a plain count first.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { topicsToHtml } from 'espalier/draw';
import {
  assignTopics,
  describeTopics,
  type LearnTopicsOptions,
  scoreDocuments,
  splitDocuments,
  type TopicReport,
  TopicTree,
} from 'espalier/topics';
import { median } from '#dist/cli/bench/statistics.js';
import { formatTable, printHeader } from './support/report.js';
import { haveR8, type Labelled, labelledDefinitions, readR8 } from './support/texts.js';

interface Data {
  readonly title: string;
  readonly documents: Labelled[];
}

const DATA: Readonly<Record<string, () => Promise<Data>>> = {
  r8: async () => ({ title: 'Reuters news', documents: readR8('train') }),
  definitions: async () => ({ title: 'A dictionary', documents: await labelledDefinitions() }),
};

const PARTS: Readonly<Record<string, (name: string, data: Data) => Promise<void>>> = {
  report,
  settings,
  heldout,
  speed,
};

/** Each changes one option of the defaults. */
const SETTINGS: readonly LearnTopicsOptions[] = [
  {},
  { maxShare: 1 },
  { maxShare: 0.25 },
  { maxShare: 0.1 },
  { minDocuments: 1 },
  { minDocuments: 10 },
  { maxFeatures: 500 },
  { maxFeatures: 2000 },
  { maxFeatures: 3000 },
  { phrases: 2 },
  { phrases: 3 },
  { stem: true },
  { refineSteps: 10 },
  { sampleRows: 10_000 },
  { sampleRows: 20_000 },
];

const HOLDOUT = 0.1;
const SAMPLES = [500, 1000, 2000, 10_000];
const PASSES = [0, 1, 2, 5];
/** The documents are told of so often. */
const REPEATS = 20;
const ROUNDS = 3;

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: Object.keys(DATA).join(',') },
    part: { type: 'string', default: Object.keys(PARTS).join(',') },
    out: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const set = Object.fromEntries(
  values.set.map((item) => [item.split('=')[0]!, JSON.parse(item.split('=')[1]!)]),
) as LearnTopicsOptions;

printHeader('Topics of documents');
for (const name of chosen('data', DATA)) {
  if (name === 'r8' && !haveR8) {
    console.log('../shared/data/r8 is not here; nothing to run');
    continue;
  }
  const data = await DATA[name]!();
  for (const part of chosen('part', PARTS)) {
    console.log(`${name}, ${part}: ${data.documents.length} documents\n`);
    await PARTS[part]!(name, data);
    console.log();
  }
}

async function report(name: string, { title, documents }: Data): Promise<void> {
  const began = process.cpuUsage();
  const topics = await TopicTree.learn(documents, set);
  const learned = cpuSeconds(began);
  const again = process.cpuUsage();
  const told = await topics.describe(documents);
  await check(topics, told, documents);
  const phases = Object.entries({ ...topics.seconds, describe: cpuSeconds(again) });
  console.log(
    `words ${told.vocabulary}, documents without any ${told.wordless}, processor ${learned.toFixed(1)} s to learn`,
  );
  console.log(`seconds by phase: ${phases.map(([phase, seconds]) => `${phase} ${seconds.toFixed(2)}`).join(', ')}\n`);
  console.log(levelTable(told));
  console.log();
  for (const { share, documents, npmi, features } of told.topics.filter(({ parent }) => parent === null)) {
    const words = features.map(({ name, inside, outside }) => (inside < outside ? `not ${name}` : name));
    console.log(
      `  ${(100 * share).toFixed(1).padStart(5)} %  ${String(documents).padStart(6)}  ${npmi?.toFixed(2) ?? ''}  ${words.join(', ')}`,
    );
  }
  if (values.out === undefined) return;
  mkdirSync(values.out, { recursive: true });
  const page = topicsToHtml(told, { title });
  writeFileSync(join(values.out, `${name}.html`), page);
  console.log(`\npage of ${(page.length / 1e6).toFixed(1)} million characters in ${join(values.out, `${name}.html`)}`);
}

async function settings(_: string, { documents }: Data): Promise<void> {
  const lines: string[][] = [];
  for (const setting of SETTINGS) {
    const options = { ...set, ...setting };
    const began = process.cpuUsage();
    const topics = await TopicTree.learn(documents, options);
    const seconds = cpuSeconds(began);
    for (const assignment of ['narrow', 'broad'] as const) {
      const told = await topics.describe(documents, { assignment, shown: 0, exemplars: 0 });
      const names = Object.entries(setting).map(([key, value]) => `${key} ${value}`);
      lines.push([
        names.join(', ') || 'defaults',
        assignment,
        told.levels.join(' '),
        perLevel(told.npmi),
        perLevel(told.compactness),
        perLevel(told.purity!),
        perLevel(told.nmi!),
        String(told.wordless),
        seconds.toFixed(1),
      ]);
    }
  }
  const header = ['', 'assignment', 'topics', 'NPMI', 'compactness', 'purity', 'NMI', 'wordless', 's'];
  console.log(formatTable(header, lines));
  console.log('by level from the words up; s: of the processor, to learn');
}

async function heldout(_: string, { documents }: Data): Promise<void> {
  const rows: string[][] = [];
  const sizes = [...SAMPLES.filter((rows) => rows < documents.length), documents.length];
  let learnedFrom = 0;
  for (const sampleRows of sizes) {
    const cells: string[] = [];
    for (const passes of PASSES) {
      const { rest, heldOut } = await splitDocuments(documents, { holdout: HOLDOUT });
      const topics = await TopicTree.learn(rest, { ...set, sampleRows, passes });
      const score = await scoreDocuments(topics.tree, topics.vectorizer, heldOut());
      learnedFrom = documents.length - score.documents;
      if (passes > 0 && topics.tree.rows < learnedFrom) throw new Error(`${topics.tree.rows} rows of ${learnedFrom}`);
      cells.push((score.logLikelihood / score.documents).toFixed(2));
    }
    rows.push([String(Math.min(sampleRows, learnedFrom)), ...cells]);
  }
  console.log(formatTable(['documents', 'batch', ...PASSES.slice(1).map((n) => `${n} stepwise`)], rows));
  console.log(`ln P of each of the ${documents.length - learnedFrom} documents held out, on average, nats`);
}

async function speed(_: string, { documents }: Data): Promise<void> {
  const { tree, vectorizer } = await TopicTree.learn(documents, set);
  function* many() {
    for (let i = 0; i < REPEATS; i++) yield* documents;
  }
  const cases: Record<string, () => Promise<number>> = {
    assignTopics: async () => {
      let count = 0;
      for await (const _ of assignTopics(tree, vectorizer, many())) count++;
      return count;
    },
    'assignTopics, broad': async () => {
      let count = 0;
      for await (const _ of assignTopics(tree, vectorizer, many(), { assignment: 'broad' })) count++;
      return count;
    },
    describeTopics: async () => (await describeTopics(tree, vectorizer, many())).documents,
    scoreDocuments: async () => (await scoreDocuments(tree, vectorizer, many())).documents,
  };
  const lines: string[][] = [];
  for (const [name, run] of Object.entries(cases)) {
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const began = process.cpuUsage();
      const count = await run();
      if (count !== REPEATS * documents.length) throw new Error(`${name}: ${count} documents`);
      seconds.push(cpuSeconds(began));
    }
    const s = median(seconds);
    lines.push([name, s.toFixed(2), Math.round((REPEATS * documents.length) / s).toString()]);
  }
  console.log(
    `${REPEATS * documents.length} documents, ${tree.latents} topics, median of ${ROUNDS}, seconds of the processor\n`,
  );
  console.log(formatTable(['', 's', 'documents/s'], lines));
}

/** Members of every topic, labels and purity, counted plainly from what assignTopics gives. */
async function check({ tree, vectorizer }: TopicTree, told: TopicReport, documents: Labelled[]): Promise<void> {
  const { names } = told.labels!;
  const members = Array.from({ length: tree.latents }, () => names.map(() => 0));
  const likeliest = tree.levels.map(() => new Map<number, number[]>());
  for await (const { document, posteriors } of assignTopics(tree, vectorizer, documents)) {
    const label = names.indexOf(document.label!);
    posteriors.forEach((p, z) => {
      if (p > 0.5) members[z]![label]!++;
    });
    tree.levels.forEach((count, l) => {
      const first = tree.firstOf(l + 1) - tree.features;
      const level = posteriors.subarray(first, first + count);
      const best = level.indexOf(level.reduce((a, b) => Math.max(a, b)));
      const counts = likeliest[l]!.get(best) ?? names.map(() => 0);
      counts[label]!++;
      likeliest[l]!.set(best, counts);
    });
  }
  for (const topic of told.topics) {
    const [, level, place] = /^h(\d+)\.(\d+)$/.exec(topic.id)!.map(Number) as [number, number, number];
    const found = members[tree.firstOf(level) - tree.features + place]!;
    if (String(found) !== String(topic.labels))
      throw new Error(`${topic.id}: labels ${topic.labels}, counted ${found}`);
  }
  likeliest.forEach((topics, l) => {
    const right = [...topics.values()].reduce((sum, counts) => sum + Math.max(...counts), 0);
    if (Math.abs(right / documents.length - told.purity![l]!) > 1e-12) throw new Error(`purity of level ${l + 1}`);
  });
}

function levelTable({ levels, npmi, compactness, purity, nmi }: TopicReport): string {
  const cell = (value: number | null | undefined) => value?.toFixed(3) ?? '';
  const lines = levels.map((count, l) => [
    String(l + 1),
    String(count),
    cell(npmi[l]),
    cell(compactness[l]),
    cell(purity?.[l]),
    cell(nmi?.[l]),
  ]);
  return formatTable(['level', 'topics', 'NPMI', 'compactness', 'purity', 'NMI'], lines);
}

function perLevel(values: readonly (number | null)[]): string {
  return values.map((value) => value?.toFixed(3) ?? '-').join(' ');
}

function cpuSeconds(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

function chosen(option: 'data' | 'part', known: object): string[] {
  const names = values[option].split(',');
  const wrong = names.find((name) => !(name in known));
  if (wrong !== undefined)
    throw new RangeError(`--${option}: expected some of ${Object.keys(known).join(', ')}, got ${wrong}`);
  return names;
}
