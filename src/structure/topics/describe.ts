import { complete } from '../../check/complete.js';
import type { Documents } from '../../data/documents/document.js';
import type { TextVectorizer } from '../../data/documents/vectorizer.js';
import { engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import type { LatentTree } from '../latent/latent-tree.js';
import { readBatches, requireReadable } from './batches.js';
import { Description } from './description.js';
import { requireTopicNames } from './names.js';
import { DESCRIBE_TOPICS, type DescribeTopicsOptions } from './options.js';
import type { TopicReport } from './report.js';
import { reportOf } from './report-of.js';

/**
 * What a topic tree says about documents, in one pass over a stream; memory does not grow with their number beyond what is shown.
 *
 * - A document belongs to the topics that are more probable than `threshold` given its words. Those that speak for a topic are its most probable in whole per cents, of equals those with the
 *   most different words of the topic, then the first, each with the sentence whose words of the topic have the most information.
 * - A topic's words count for coherence, compactness and sentences where they are more frequent inside the topic than outside. Coherence is the mean NPMI of their pairs, over these documents.
 *   Compactness (Chen et al., "Latent tree models for hierarchical topic detection", 2017, section 8.4) is the mean likeness of the pairs; the authors take vectors of word2vec, here it is the
 *   cosine of the words' company over these documents, see Company. Words that no document has, or that stand alone, count for neither.
 * - Labels and dates are counted as far as documents have them; dates by day, month or year as learnPeriods finds them.
 *
 * @throws TypeError for what is no tree, vectorizer or document, RangeError for a vectorizer of other words than the tree's, no documents, names of topics that are not there, or more than
 * 1,000 labels
 */
export async function describeTopics(
  tree: LatentTree,
  vectorizer: TextVectorizer,
  documents: Documents,
  given: DescribeTopicsOptions = {},
): Promise<TopicReport> {
  const options = complete(DESCRIBE_TOPICS, given, 'describeTopics');
  requireReadable(tree, vectorizer, documents);
  if (options.names) requireTopicNames(tree, options.names);
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  const description = new Description(engine, tree, vectorizer, options);
  for await (const batch of readBatches(tree, vectorizer, documents, { ...options, engine }, pace)) {
    await description.add(batch, pace);
    pace.hear(options.onProgress?.({ documents: description.documents }));
    if (pace.due) await pace.turn();
  }
  if (description.documents === 0) throw new RangeError('documents: expected at least one document, got none');
  const report = await reportOf(tree, description, options, pace);
  await pace.end();
  return report;
}
