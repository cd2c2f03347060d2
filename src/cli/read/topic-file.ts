import type { TopicTree } from '../../structure/topics/topic-tree.js';
import { UserError } from '../errors.js';
import { openLatentTree } from './latent-file.js';

/** Reads what topics --out wrote as JSON. */
export async function openTopicTree(path: string): Promise<TopicTree> {
  const { topics } = await openLatentTree(path);
  if (topics) return topics;
  throw new UserError(
    `${path}: expected a topic tree as topics --out writes it, got a latent tree without words to find in texts`,
  );
}
