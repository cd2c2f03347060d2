import type { Pace } from '../../runtime/pace.js';
import type { LatentTree } from '../latent/latent-tree.js';
import { byShare } from '../latent/topics.js';
import type { Description } from './description.js';
import type { DescribeSettings } from './options.js';
import type { Exemplar, ShownDocument, TopicReport, TopicSummary } from './report.js';
import type { Held } from './shown.js';
import type { Groups } from './tally.js';

/** A description as it is handed out. */
export async function reportOf(
  tree: LatentTree,
  description: Description,
  options: DescribeSettings,
  pace: Pace,
): Promise<TopicReport> {
  const { documents, wordless, logLikelihood, tally } = description;
  const order = inReportOrder(tree, tally.members);
  const { labels, periods, agreement } = tally;
  const shown = shownOf(description, order);
  const places = new Map(shown.map(({ place }, i) => [place, i]));
  const topicPlaces = new Int32Array(tree.latents);
  order.forEach((latent, i) => {
    topicPlaces[latent] = i;
  });
  await description.company.score(pace);
  const topics: TopicSummary[] = [];
  for (const latent of order) {
    topics.push(summaryOf(tree, description, latent, { labels, periods, places, options }));
    if (pace.due) await pace.turn();
  }
  const found: ShownDocument[] = [];
  for (const held of shown) {
    found.push({ ...shownDocument(held, topicPlaces), words: description.vectorizer.find(held.text) });
    if (pace.due) await pace.turn();
  }
  return {
    documents,
    wordless,
    vocabulary: tree.features,
    levels: [...tree.levels],
    assignment: options.assignment,
    logLikelihood,
    ...(labels && { labels: namesOf(labels) }),
    ...(periods && { periods: namesOf(periods) }),
    npmi: byLevel(tree, topics, ({ npmi }) => npmi),
    compactness: byLevel(tree, topics, ({ compactness }) => compactness),
    ...(agreement && { purity: agreement.map(({ purity }) => purity), nmi: agreement.map(({ nmi }) => nmi) }),
    topics,
    shown: found,
  };
}

interface Parts {
  readonly labels: Groups | undefined;
  readonly periods: Groups | undefined;
  /** Where the document of a place in the stream stands among those shown. */
  readonly places: ReadonlyMap<number, number>;
  readonly options: DescribeSettings;
}

function summaryOf(tree: LatentTree, description: Description, latent: number, parts: Parts): TopicSummary {
  const { labels, periods, places, options } = parts;
  const node = tree.features + latent;
  const level = tree.levelOf(node);
  const id = tree.nameOf(node);
  const name = options.names && Object.hasOwn(options.names, id) ? options.names[id] : undefined;
  const words = description.words[latent]!.map(({ feature }) => feature);
  return {
    id,
    level,
    parent: level === tree.levels.length ? null : tree.nameOf(tree.parent[node]!),
    ...(name !== undefined && { name }),
    features: description.top[latent]!,
    share: description.tally.members[latent]! / description.documents,
    documents: description.tally.members[latent]!,
    probability: tree.marginal[node]!,
    npmi: description.pairs.coherence(words),
    compactness: description.company.compactness(words),
    ...(labels && { labels: labels.membersOf(latent) }),
    ...(periods && { periods: periods.membersOf(latent) }),
    exemplars: description.exemplars
      .of(latent)
      .map(
        ({ held, probability, sentence }): Exemplar => ({ document: places.get(held.place)!, probability, sentence }),
      ),
  };
}

/** Level by level from the top, those of most documents first, of equals the likelier. */
function inReportOrder(tree: LatentTree, members: ArrayLike<number>): number[] {
  const of = (level: number) => {
    const first = tree.firstOf(level);
    return Array.from({ length: tree.levels[level - 1]! }, (_, i) => first + i);
  };
  const levels = [...tree.levels.keys()].reverse();
  return levels.flatMap((l) =>
    byShare(tree, of(l + 1))
      .map((latent) => latent - tree.features)
      .sort((a, b) => members[b]! - members[a]!),
  );
}

/** The sample and all that speak for a topic, each once, in the order of the stream. */
function shownOf({ sample, exemplars }: Description, order: readonly number[]): Held[] {
  const all = new Map(sample.documents().map((held) => [held.place, held]));
  for (const latent of order) for (const { held } of exemplars.of(latent)) all.set(held.place, held);
  return [...all.values()].sort((a, b) => a.place - b.place);
}

function shownDocument({ text, name, label, date, topics }: Held, topicPlaces: Int32Array): ShownDocument {
  return {
    text,
    ...(name !== undefined && { name }),
    ...(label !== undefined && { label }),
    ...(date !== undefined && { date }),
    topics: topics
      .map(([latent, p]) => [topicPlaces[latent]!, p] as const)
      .sort(([a, p], [b, q]) => q - p || a - b)
      .map(([topic, p]) => [topic, Math.round(1e4 * p) / 1e4]),
  };
}

function namesOf({ names, documents }: Groups): { names: readonly string[]; documents: readonly number[] } {
  return { names, documents };
}

/** Means of what topics have, by level from 1 up; null where none has it. */
function byLevel(
  tree: LatentTree,
  topics: readonly TopicSummary[],
  of: (topic: TopicSummary) => number | null,
): (number | null)[] {
  return tree.levels.map((_, l) => {
    const values = topics.filter(({ level }) => level === l + 1).flatMap((topic) => of(topic) ?? []);
    return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  });
}
