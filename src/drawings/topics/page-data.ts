import type { ShownDocument, TopicReport } from '../../structure/topics/report.js';
import { jsonElement } from '../page/page.js';

// What the page's script reads. Documents stand in pieces, so that none takes long to parse and only those that are looked at are parsed at all.

/** Characters of text and most documents in a piece. */
const PIECE = { characters: 200_000, documents: 500 };

/** Elements of data: topics; and, which may come later, the documents of each topic and pieces of documents. */
export function dataElements(report: TopicReport): { first: string; rest: string[] } {
  const { topics, shown } = report;
  const places = new Map(topics.map(({ id }, i) => [id, i]));
  const known = new Set(topics.flatMap(({ features }) => features.map(({ feature }) => feature)));
  const pieces = piecesOf(shown);
  const summaries = topics.map((topic) => ({
    ...topic,
    parent: topic.parent === null ? -1 : places.get(topic.parent)!,
    features: topic.features.map(({ feature, name, inside, outside }) => [
      feature,
      name,
      rounded(inside),
      rounded(outside),
    ]),
    exemplars: topic.exemplars.map(({ document, probability, sentence }) => [document, rounded(probability), sentence]),
  }));
  const { labels, periods } = report;
  const data = {
    documents: report.documents,
    shown: shown.length,
    labels,
    periods,
    pieces: pieces.map(([first]) => first),
    topics: summaries,
  };
  return {
    first: jsonElement('data', data),
    rest: [
      jsonElement('members', membersOf(report)),
      ...pieces.map(([first, last], k) =>
        jsonElement(
          `documents-${k}`,
          shown.slice(first, last).map((document) => documentData(document, known)),
        ),
      ),
    ],
  };
}

/** Documents [first, last) of each piece. */
function piecesOf(shown: readonly ShownDocument[]): [first: number, last: number][] {
  const pieces: [number, number][] = [];
  let first = 0;
  let characters = 0;
  shown.forEach(({ text }, i) => {
    characters += text.length;
    if (characters < PIECE.characters && i + 1 - first < PIECE.documents && i + 1 < shown.length) return;
    pieces.push([first, i + 1]);
    first = i + 1;
    characters = 0;
  });
  return pieces;
}

/** Of each topic its documents, those that belong to it most surely first. */
function membersOf({ topics, shown }: TopicReport): number[][] {
  const members: [document: number, probability: number][][] = topics.map(() => []);
  shown.forEach((document, i) => {
    for (const [topic, probability] of document.topics) members[topic]!.push([i, probability]);
  });
  return members.map((list) => list.sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([document]) => document));
}

/** Text, name, label, date, topics with their probabilities, and words of topics: how far from the last one, how long, which feature. */
function documentData(document: ShownDocument, known: ReadonlySet<number>): unknown[] {
  const { text, name = null, label = null, date = null, topics, words = [] } = document;
  const marks: number[] = [];
  let at = 0;
  for (const { feature, start, end } of [...words].sort((a, b) => a.start - b.start || b.end - a.end)) {
    // Of words over one another, as phrases are over theirs, the first and longest.
    if (!known.has(feature) || start < at || end <= start || end > text.length) continue;
    marks.push(start - at, end - start, feature);
    at = end;
  }
  return [text, name, label, date, topics.flatMap(([topic, probability]) => [topic, rounded(probability)]), marks];
}

/** As far as the page shows it. */
function rounded(share: number): number {
  return Number(share > 0.99 ? share.toFixed(5) : share.toPrecision(3));
}
