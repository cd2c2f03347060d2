import { wordOf } from '../../structure/latent/topics.js';
import type { TopicReport, TopicSummary } from '../../structure/topics/report.js';

/** What a topic is called in few words: its name, or what it is about. */
export function briefOf({ id, name, features }: TopicSummary, words = 3): string {
  return name?.trim() || wordsOf(features.slice(0, words)) || id;
}

export function wordsOf(features: TopicSummary['features']): string {
  return features
    .map(wordOf)
    .filter((word) => word.trim() !== '')
    .join(', ');
}

/** Topics without a parent, and the parts of each topic, by place; in the order of the report. */
export function outlineOf({ topics }: TopicReport): { roots: number[]; parts: number[][] } {
  const places = new Map(topics.map(({ id }, i) => [id, i]));
  const roots: number[] = [];
  const parts: number[][] = topics.map(() => []);
  topics.forEach(({ parent }, i) => {
    (parent === null ? roots : parts[places.get(parent)!]!).push(i);
  });
  return { roots, parts };
}

/** Of a picture. */
const ENOUGH = 8;

/** The highest level with topics enough for a picture, or the one that has most. */
export function levelToShow({ topics }: TopicReport): number {
  const counts = new Map<number, number>();
  for (const { level } of topics) counts.set(level, (counts.get(level) ?? 0) + 1);
  const levels = [...counts].sort(([a], [b]) => b - a);
  const [level] = levels.find(([, n]) => n >= ENOUGH) ?? [...levels].sort(([, m], [, n]) => n - m)[0] ?? [1];
  return level;
}
