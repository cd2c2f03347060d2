import { complete } from '../../check/complete.js';
import type { Options } from '../../check/option.js';
import { requireObject } from '../../check/require.js';
import { learnSvmlightAsync, parseSvmlightAsync } from '../../data/text/svmlight.js';
import { UserError } from '../errors.js';
import type { Reading } from '../flags/reading.js';
import type { DataOptions } from '../options.js';
import type { Loaded, Reference, SvmlightReading } from './loaded.js';

type Read = Omit<Loaded, 'name' | 'sha256'>;

export async function svmlightToLearn(
  text: string,
  task: Reading['task'],
  { columns, zeroBased }: DataOptions,
): Promise<Read> {
  if (task === 'tasks') throw new UserError('--task tasks: svmlight has classes or values; tasks come in sparse text');
  const { data, taken, warnings } = await learnSvmlightAsync(text, {
    ...(columns === undefined ? {} : { columns }),
    ...(zeroBased === undefined ? {} : { zeroBased }),
    ...(task ? { targets: task } : {}),
  });
  const { targets } = data;
  const labels = targets?.kind === 'classes' ? targets.names : undefined;
  return { data, taken, warnings, svmlight: { zeroBased: taken.zeroBased === true, ...(labels ? { labels } : {}) } };
}

/** Labels that are not compared with may be of any kind: they are left out. */
export async function svmlightLike(
  text: string,
  { columns, target, svmlight }: Reference & { svmlight: SvmlightReading },
  labelled: boolean,
): Promise<Read> {
  const { zeroBased, labels } = svmlight;
  const classes = labels ? { classNames: labels } : { classes: Math.max(2, target.outputs) };
  const kind = labelled && target.kind === 'classes' ? classes : ({ targets: 'values' } as const);
  const data = await parseSvmlightAsync(text, { columns, zeroBased, ...kind });
  return { data: labelled ? data : data.withTargets(undefined) };
}

/** TypeError, RangeError naming the part for what svmlightToLearn cannot have made. */
export function soundReading(given: unknown, argument: string): SvmlightReading {
  requireObject(given, argument);
  complete(READING, given, 'a reading of svmlight', `${argument}.`);
  return given as unknown as SvmlightReading;
}

const READING = {
  zeroBased: { kind: 'flag', required: true, doc: 'Whether indices count from 0.' },
  labels: { kind: 'list', of: { kind: 'text', doc: 'A label.' }, least: 2, doc: 'By class id.' },
} as const satisfies Options;
