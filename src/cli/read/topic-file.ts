import { parseJson } from '../../files/json.js';
import { TopicTree, type TopicTreeJson } from '../../structure/topics/topic-tree.js';
import { inFile, UserError } from '../errors.js';
import { readBytes } from './bytes.js';

/** Reads what topics --out wrote as JSON. */
export async function openTopicTree(path: string): Promise<TopicTree> {
  return inFile(path, async () => {
    let json: TopicTreeJson;
    try {
      json = parseJson(
        new TextDecoder('utf-8', { fatal: true }).decode(readBytes(path)),
        'json',
      ) as unknown as TopicTreeJson;
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw new UserError(`${path}: expected a topic tree as topics --out writes it, in JSON`);
    }
    return TopicTree.fromJSON(json);
  });
}
