import { count } from '../../numeric/format.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';

/** "9,000 rows, 10,000 features, latents by level, from the top: 12, 48, 1,264" */
export function describeTree({ rows, features, levels }: LatentTree): string {
  const counts = [...levels].reverse().map(count).join(', ');
  const latents =
    levels.length === 1
      ? `${counts} ${levels[0] === 1 ? 'latent' : 'latents'}`
      : `latents by level, from the top: ${counts}`;
  return `${count(rows)} rows, ${count(features)} ${features === 1 ? 'feature' : 'features'}, ${latents}`;
}
