import type { Command } from 'commander';
import type { LatentTreeOptions } from '../structure/latent/learning.js';
import { integer, number, positive } from './options.js';

/** How a latent tree is learned, beside threshold and seed. */
export type LatentOptions = Pick<LatentTreeOptions, (typeof LATENT_OPTIONS)[number]>;

export const LATENT_OPTIONS = [
  'maxIsland',
  'maxTop',
  'delta',
  'restarts',
  'emSteps',
  'emTolerance',
  'sampleRows',
  'refineSteps',
] as const;

/** `method`: before each description, where only one method has them. */
export function addLatentOptions(command: Command, method = ''): Command {
  return command
    .option('--max-island <n>', `${method}an island stops growing at so many variables (default: 15)`, integer(3, 50))
    .option('--max-top <n>', `${method}the level of so many latents or fewer is the last (default: 30)`, integer(1))
    .option(
      '--delta <nats>',
      `${method}an island is split where a second latent gains more than this of the BIC (default: 3)`,
      number((x) => x >= 0, 'nats from 0'),
    )
    .option('--restarts <n>', `${method}random starts of EM (default: 3)`, integer(1))
    .option('--em-steps <n>', `${method}the most steps of EM from one start (default: 200)`, integer(1))
    .option('--em-tolerance <nats>', `${method}EM stops at a step that gains less (default: 0.01)`, positive)
    .option(
      '--sample-rows <n>',
      `${method}rows to learn the structure from, chosen at random (default: 10000)`,
      integer(1),
    )
    .option('--refine-steps <n>', `${method}steps of EM over the whole tree at the end (default: 10)`, integer(0));
}

/** Those of them that were given. */
export function latentOptionsOf(options: LatentOptions): LatentOptions {
  return Object.fromEntries(
    LATENT_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}
