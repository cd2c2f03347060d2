import type { TopicReport } from 'espalier/draw';

type Topic = TopicReport['topics'][number];

/** Two levels: one topic over two of words; three documents, two labels, three periods. Texts are awkward on purpose. */
export function topicReport(): TopicReport {
  return {
    documents: 3,
    wordless: 0,
    vocabulary: 4,
    levels: [2, 1],
    assignment: 'broad',
    logLikelihood: -12.5,
    npmi: [0.25, 0.25],
    compactness: [null, null],
    labels: { names: ['news', '</script>"&'], documents: [2, 1] },
    periods: { names: ['2023', '2024', '2025'], documents: [1, 0, 2] },
    purity: [1, 2 / 3],
    topics: [
      topic(
        { id: 'h2.0', level: 2, name: 'Weather & sea', share: 0.6, documents: 2, labels: [2, 0], periods: [1, 0, 1] },
        [0, 1],
      ),
      topic(
        { id: 'h1.1', level: 1, parent: 'h2.0', share: 0.5, documents: 2, labels: [1, 1], periods: [0, 0, 2] },
        [0, 1],
      ),
      topic(
        { id: 'h1.0', level: 1, parent: 'h2.0', share: 0.25, documents: 1, labels: [1, 0], periods: [1, 0, 0] },
        [2, 3],
      ),
    ],
    shown: [
      {
        text: 'Rain fell. The RAIN and the sea met </script><b>here</b>.',
        name: 'first "notes"',
        label: 'news',
        date: '2023-05-01',
        topics: [
          [0, 0.9],
          [2, 0.8],
        ],
        words: [
          { feature: 0, start: 0, end: 4 },
          { feature: 0, start: 15, end: 19 },
          { feature: 1, start: 28, end: 31 },
        ],
      },
      {
        text: 'שלום עולם, rain\u0000\u2028and <sea>',
        label: 'news',
        date: '2025',
        topics: [
          [0, 0.7],
          [1, 0.6],
        ],
      },
      { text: '', topics: [[1, 0.55]], label: '</script>"&', date: '2025' },
    ],
  };
}

const NAMES = ['rain', 'sea', '<ship>', "l'été"];

function topic(own: Partial<Topic> & Pick<Topic, 'id' | 'level' | 'share' | 'documents'>, features: number[]): Topic {
  return {
    probability: own.share,
    parent: null,
    npmi: features.length / 8,
    compactness: null,
    exemplars: [{ document: 0, probability: 0.9, sentence: 'The RAIN and the sea met </script><b>here</b>.' }],
    ...own,
    features: features.map((feature) => ({
      feature,
      name: NAMES[feature]!,
      information: 0.1,
      inside: 0.5 + feature / 10,
      outside: 0.125,
    })),
  };
}

/** As many documents as asked for, each of about `length` characters, on 12 topics of the top level with 4 below each. */
export function largeReport(documents: number, length: number): TopicReport {
  const tops = 12;
  const words = Array.from({ length: 4 * 5 * tops }, (_, i) => `word${i.toString(36)}`);
  const summary = (id: string, level: number, parent: string | null, features: number[], share: number): Topic => ({
    ...topic({ id, level, parent, share, documents: Math.floor(share * documents) }, []),
    features: features.map((feature) => ({
      feature,
      name: words[feature]!,
      information: 0.1,
      inside: 0.5,
      outside: 0.1,
    })),
    labels: [Math.floor(share * documents), 0],
    exemplars: [{ document: 0, probability: 0.9, sentence: 'word0' }],
  });
  const leaf = (t: number) => Array.from({ length: 5 }, (_, k) => 5 * t + k);
  return {
    documents,
    wordless: 0,
    vocabulary: words.length,
    levels: [4 * tops, tops],
    assignment: 'narrow',
    logLikelihood: -1,
    npmi: [0, 0],
    compactness: [null, null],
    labels: { names: ['a', 'b'], documents: [documents, 0] },
    topics: [
      ...Array.from({ length: tops }, (_, t) => summary(`h2.${t}`, 2, null, leaf(4 * t), 0.25)),
      ...Array.from({ length: 4 * tops }, (_, t) => summary(`h1.${t}`, 1, `h2.${t >> 2}`, leaf(t), 0.1)),
    ],
    shown: Array.from({ length: documents }, (_, i) => {
      let text = `Story ${i}.`;
      const found: { feature: number; start: number; end: number }[] = [];
      for (let k = 0; text.length < length; k++) {
        const feature = (i * 31 + k * k) % words.length;
        found.push({ feature, start: text.length + 1, end: text.length + 1 + words[feature]!.length });
        text += ` ${words[feature]} of many`;
      }
      const t = i % (4 * tops);
      return {
        text,
        name: `story ${i}`,
        label: 'a',
        topics: [
          [t >> 2, 0.9],
          [tops + t, 0.8],
        ],
        words: found,
      };
    }),
  };
}
