import type { TopicTree } from '../../structure/topics/topic-tree.js';
import { UserError } from '../errors.js';
import { openLatentTree } from './latent-file.js';

const EXPECTED = 'a topic tree as topics --out writes it';

/** Reads what topics --out wrote as JSON. */
export async function openTopicTree(path: string): Promise<TopicTree> {
  const { topics } = await openLatentTree(path, EXPECTED);
  if (topics) return topics;
  throw new UserError(`${path}: expected ${EXPECTED}, got a latent tree without words to find in texts`);
}
