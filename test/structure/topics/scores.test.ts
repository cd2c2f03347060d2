import { readFileSync } from 'node:fs';
import { describeTopics } from 'espalier/topics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Pace } from '#dist/runtime/pace.js';
import { agreementOf } from '#dist/structure/topics/agreement.js';
import { Company } from '#dist/structure/topics/company.js';
import { close } from '../../support/allclose.js';
import { Random } from '../../support/random.js';
import { knownTopics } from '../../support/topic-documents.js';

const test = suite('scores of topics');

/** See make_topic_scores.py. */
interface Golden {
  topics: string[][];
  documents: string[];
  npmi: number[];
  compactness: number[];
  table: number[][];
  purity: number;
  nmi: number;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/topic_scores.json', import.meta.url), 'utf8'),
);

test("NPMI and compactness of R8's topics are NumPy's", async () => {
  const { tree, vectorizer } = await knownTopics(golden.topics);
  const report = await describeTopics(
    tree,
    vectorizer,
    golden.documents.map((text) => ({ text })),
  );
  const level1 = golden.topics.map((_, g) => report.topics.find(({ id }) => id === `h1.${g}`)!);
  close(
    level1.map(({ npmi }) => npmi!),
    golden.npmi,
    1e-12,
    'NPMI',
  );
  close(
    level1.map(({ compactness }) => compactness!),
    golden.compactness,
    1e-6,
    'compactness',
  );
  const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  close([report.npmi[0]!, report.compactness[0]!], [mean(golden.npmi), mean(golden.compactness)], 1e-6, 'means');
});

test("purity and NMI are scikit-learn's", () => {
  const { purity, nmi } = agreementOf(golden.table);
  close([purity, nmi!], [golden.purity, golden.nmi], 1e-12, 'agreement');
  assert.equal(
    agreementOf([
      [2, 0],
      [0, 3],
    ]),
    { purity: 1, nmi: 1 },
  );
  assert.equal(agreementOf([[2, 3]]), { purity: 1, nmi: null });
});

test('any documents: NPMI by counting pairs of all words one by one, of words more frequent inside the topic alone', async () => {
  const { tree, vectorizer } = await knownTopics([['a', 'b', 'c'], ['d', 'e'], ['f']]);
  for (let seed = 1; seed <= 5; seed++) {
    const random = new Random(seed);
    const documents = Array.from({ length: 40 }, () => ({
      text: [...'abcdef'].filter((word) => random.chance(word === 'e' ? 0 : 0.4)).join(' '),
    }));
    const { topics } = await describeTopics(tree, vectorizer, documents, { top: 4 });
    const share = (...words: string[]) =>
      documents.filter(({ text }) => words.every((word) => text.includes(word))).length / documents.length;
    for (const { id, features, npmi } of topics) {
      // Nobody has e.
      const words = features.map(({ name }) => name).filter((word) => word !== 'e');
      const pairs = words.flatMap((x, i) => words.slice(i + 1).map((y) => [x, y] as const));
      const each = pairs.map(([x, y]) =>
        share(x, y) === 0 ? -1 : Math.log(share(x, y) / (share(x) * share(y))) / -Math.log(share(x, y)),
      );
      if (each.length === 0) assert.is(npmi, null, id);
      else close([npmi!], [each.reduce((sum, x) => sum + x, 0) / each.length], 1e-12, id);
    }
  }
});

test('of many words those of the highest share are the contexts: others change nothing', async () => {
  const words = 1200;
  const share = Float64Array.from({ length: words }, (_, v) => (v % 6 === 0 ? 0.001 : 0.5));
  const random = new Random(3);
  const documents = Array.from({ length: 300 }, () => {
    const topic = random.below(4);
    const list = Array.from({ length: words }, (_, v) => v);
    return Int32Array.from(list.filter((v) => random.chance(v % 4 === topic ? 0.05 : 0.01)));
  });
  const company = new Company(share);
  for (const document of documents) company.add(document);
  assert.is(company.contexts, 1000);
  await company.score(new Pace());
  // By hand, over the contexts alone.
  const met = Array.from(share, () => new Array<number>(words).fill(0));
  for (const document of documents)
    for (const a of document) for (const b of document) if (a !== b && b % 6) met[a]![b]!++;
  const ofWord = met.map((row) => row.reduce((sum, n) => sum + n, 0));
  const ofContext = Array.from(share, (_, c) => met.reduce((sum, row) => sum + row[c]!, 0));
  const all = ofWord.reduce((sum, n) => sum + n, 0);
  const vector = (w: number) =>
    met[w]!.map((n, c) => (n === 0 ? 0 : Math.max(0, Math.log((n * all) / (ofWord[w]! * ofContext[c]!)))));
  const cosine = (a: number, b: number) => {
    const [x, y] = [vector(a), vector(b)];
    const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  };
  for (const [a, b] of [
    [1, 5],
    [0, 4],
    [6, 7],
    [2, 3],
  ] as const) {
    // With its own row a word that is no context counts, with its column it does not.
    close([company.compactness([a, b])!], [cosine(a, b)], 1e-5, `${a}, ${b}`);
  }
});

test.run();
