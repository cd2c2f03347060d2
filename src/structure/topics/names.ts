import { isObject } from '../../check/complete.js';
import { nearest } from '../../check/known.js';
import { got } from '../../check/phrase.js';
import { type LatentTree, requireLatentTree } from '../latent/latent-tree.js';

/**
 * Checks names given by hand to topics, { 'h2.5': 'Trade' }.
 * @throws TypeError for what is no such object, RangeError for a topic that the tree does not have, with the nearest that it has, or an empty name
 */
export function requireTopicNames(tree: LatentTree, names: Readonly<Record<string, string>>, argument = 'names'): void {
  requireLatentTree(tree);
  if (!isObject(names)) throw new TypeError(`${argument}: expected an object of names by topic, got ${got(names)}`);
  const ids = Array.from({ length: tree.latents }, (_, i) => tree.nameOf(tree.features + i));
  const known = new Set(ids);
  for (const [id, name] of Object.entries(names)) {
    if (!known.has(id)) {
      const close = nearest(id, ids);
      const hint = close ? `did you mean ${close}?` : `they are ${ids[0]} to ${ids.at(-1)}`;
      throw new RangeError(`${argument}: expected topics of the tree, got ${got(id)}; ${hint}`);
    }
    if (typeof name !== 'string') throw new TypeError(`${argument}.${id}: expected a string, got ${got(name)}`);
    if (name.trim() === '') throw new RangeError(`${argument}.${id}: expected a name, got ${got(name)}`);
  }
}
