import { type Command, InvalidArgumentError } from 'commander';
import type { TseNetOptions } from '../models/tse/tse-net.js';
import type { LatentTree } from '../structure/latent/latent-tree.js';
import { UserError } from './errors.js';
import { addLatentOptions, LATENT_OPTIONS, type LatentOptions, latentOptionsOf } from './latent-options.js';
import { integer, kebab, number } from './options.js';

/** What train asks for a TseNet. */
export interface TseOptions extends LatentOptions {
  density?: number;
  minInputs?: number;
  skipPaths?: number[] | 'all' | 'none';
  skipUnits?: number;
  skeleton?: string;
  threshold?: number | 'mean';
}

/** Options that no other method has. */
export const TSE_OPTIONS = ['density', 'minInputs', 'skipPaths', 'skipUnits', 'skeleton', ...LATENT_OPTIONS] as const;

export function addTseOptions(command: Command): Command {
  command
    .option(
      '--density <share>',
      'tse: of the connections a layer could have; with 0 and --min-inputs 0 those of the latent tree alone (default: 0.05)',
      number((x) => x >= 0 && x <= 1, 'a share from 0 to 1'),
    )
    .option(
      '--min-inputs <n>',
      'tse: connections of a unit at least, where there are so many (default: 20)',
      integer(0),
    )
    .option(
      '--skip-paths <levels>',
      'tse: levels that also have a dense path to the output, 0 the features: 0,1 or all or none (default: 0,1)',
      skipPaths,
    )
    .option('--skip-units <n>', 'tse: ReLU units of such a path (default: 100)', integer(1, 65536))
    .option('--skeleton <file>', 'tse: a latent tree over these features, as latent-tree --out writes it in JSON');
  return addLatentOptions(command, 'tse: ');
}

/** For TseNet.grow; what is not given is left to it. */
export function tseNetOptions(options: TseOptions, skeleton: LatentTree | undefined): TseNetOptions {
  const { density, minInputs, skipPaths: from, skipUnits: units, threshold } = options;
  const paths = {
    ...(from === undefined || from === 'none' ? {} : { from }),
    ...(units === undefined ? {} : { units }),
  };
  return {
    ...(density === undefined ? {} : { density }),
    ...(minInputs === undefined ? {} : { minInputs }),
    skipPaths: from === 'none' ? false : paths,
    skeleton: skeleton ?? { ...latentOptionsOf(options), ...(threshold === undefined ? {} : { threshold }) },
  };
}

/** Refuses options on what is not there. */
export function refuseWithoutSkeleton(options: TseOptions): void {
  if (options.skipPaths === 'none' && options.skipUnits !== undefined)
    throw new UserError('--skip-units: is about skip-paths, of which --skip-paths none has none');
  if (options.skeleton === undefined) return;
  for (const name of [...LATENT_OPTIONS, 'threshold'] as const) {
    if (options[name] !== undefined)
      throw new UserError(`--${kebab(name)}: is for learning a latent tree, which --skeleton brings`);
  }
}

function skipPaths(text: string): number[] | 'all' | 'none' {
  if (text === 'all' || text === 'none') return text;
  const levels = text.split(',').map((part) => (/^\s*\d{1,3}\s*$/.test(part) ? Number(part) : Number.NaN));
  if (levels.some(Number.isNaN) || new Set(levels).size < levels.length)
    throw new InvalidArgumentError('Expected all, none, or different levels from 0 up, like 0,1.');
  return levels;
}
