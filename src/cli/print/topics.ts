import type { TextVectorizer } from '../../data/documents/vectorizer.js';
import { percentOf } from '../../numeric/format.js';
import { wordOf } from '../../structure/latent/topics.js';
import { latentTreeToJson } from '../../structure/latent/topics-json.js';
import type { DocumentScore } from '../../structure/topics/assign-topics.js';
import type { TopicReport, TopicSummary } from '../../structure/topics/report.js';
import type { TopicTree } from '../../structure/topics/topic-tree.js';
import type { DocumentSource } from '../read/document-source.js';
import { count, duration, likelihoodText, plural, print, printJson, rounded } from './output.js';
import { documentFields, vocabularyWarnings } from './told.js';

/** What came of a run of topics. */
export interface TopicsOutcome {
  tree: TopicTree;
  source?: DocumentSource;
  report?: TopicReport;
  /** Of the documents held out. */
  heldOut?: DocumentScore;
  seconds: Record<string, number>;
}

export function printTopicsJson(
  { tree: { tree, vectorizer, names }, source, report, heldOut, seconds }: TopicsOutcome,
  {
    top,
    files,
    tree: known,
    input,
  }: { top: number; files: readonly string[]; tree?: string | undefined; input?: string | undefined },
): void {
  printJson({
    ...(known === undefined ? {} : { tree: known }),
    ...(input === undefined ? {} : { input }),
    ...(source ? toldOf(source, vectorizer) : {}),
    documents: report?.documents ?? tree.rows,
    ...(report ? { wordless: report.wordless } : {}),
    vocabulary: tree.features,
    analysis: vectorizer.toJSON().analysis,
    levels: tree.levels,
    learnedFromDocuments: tree.rows,
    ...(report ? { logLikelihood: report.logLikelihood, assignment: report.assignment } : {}),
    ...(heldOut ? { heldOut } : {}),
    ...(report?.purity ? { purity: report.purity } : {}),
    ...(report?.labels ? { labels: report.labels } : {}),
    ...(report?.periods ? { periods: report.periods } : {}),
    topics: topicsOf({ tree, names, report, top }).map(topicJson),
    names,
    seconds: rounded(seconds),
    ...(files.length ? { files } : {}),
  });
}

function toldOf(source: DocumentSource, vectorizer: TextVectorizer): object {
  const { taken, warnings } = documentFields(source);
  return { taken, warnings: [...warnings, ...vocabularyWarnings(vectorizer.toJSON())] };
}

/** A topic of a report, or, where there are no documents, what the tree alone tells. */
type Told = Pick<TopicSummary, 'id' | 'level' | 'name' | 'share' | 'features'> & Partial<TopicSummary>;

function topicsOf({
  tree,
  names,
  report,
  top,
}: Pick<TopicTree, 'tree' | 'names'> & { report: TopicReport | undefined; top: number }): readonly Told[] {
  if (report) return report.topics;
  return latentTreeToJson(tree, { top }).topics.map(({ name: id, ...topic }) => {
    const name = names[id];
    return { id, ...topic, probability: topic.share, ...(name === undefined ? {} : { name }) };
  });
}

function topicJson({ features, exemplars: _, ...topic }: Told): object {
  const [words, against] = [false, true].map((rarer) =>
    features.filter(({ inside, outside }) => inside < outside === rarer).map(({ name }) => name),
  );
  return { ...topic, words, ...(against!.length > 0 ? { against } : {}) };
}

export function printTopics(
  { tree: { tree, vectorizer, names }, report, heldOut, seconds }: TopicsOutcome,
  { top, files, name }: { top: number; files: readonly string[]; name: string },
): void {
  const documents = report?.documents ?? tree.rows;
  print(`${name}: ${plural(documents, 'document')}, ${plural(vectorizer.words.length, 'word')} in the vocabulary`);
  const levels = tree.levels.map((latents, l) => `${count(latents)} on level ${l + 1}`).join(', ');
  print(`${plural(tree.latents, 'topic')}: ${levels}`);
  if (report) {
    print(`Log-likelihood ${likelihoodText(report.logLikelihood, report.documents, 'document')}`);
    if (heldOut)
      print(
        `Held out: ${plural(heldOut.documents, 'document')}, log-likelihood ${likelihoodText(heldOut.logLikelihood, heldOut.documents, 'document')}`,
      );
    if (report.wordless > 0) print(`Without a word of the vocabulary: ${plural(report.wordless, 'document')}`);
    if (report.purity)
      print(`Purity against labels: ${report.purity.map((p, l) => `${percentOf(p)} on level ${l + 1}`).join(', ')}`);
  }
  printLevel(topicsOf({ tree, names, report, top }), tree.levels.length, top);
  const times = Object.entries(seconds).filter(([, s]) => s >= 0.0005);
  print(`Time: ${times.map(([phase, s]) => `${phase} ${duration(s)}`).join(', ')}`);
  if (files.length) print(`Wrote ${files.join(', ')}`);
}

/** The top topics. */
function printLevel(topics: readonly Told[], highest: number, top: number): void {
  print('Top topics, by share of documents:');
  for (const topic of topics.filter(({ level }) => level === highest)) {
    print(topicLine(topic, '  ', top));
  }
}

function topicLine({ id, name, share, documents, features }: Told, indent: string, top: number): string {
  const words = features.slice(0, top).map(wordOf).join(', ') || 'no words';
  return `${indent}${percentOf(share).padStart(8)}  ${(documents === undefined ? '' : count(documents)).padStart(7)}  ${id.padEnd(6)} ${name ? `${name}: ` : ''}${words}`;
}
