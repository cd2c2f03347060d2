import { complete } from '../../check/complete.js';
import type { OptionsOf } from '../../check/option.js';
import { atOnce } from '../../runtime/steps.js';
import { type Applied, applySteps } from './apply.js';
import { type Learned, learnSteps } from './learn.js';
import { READ_RECORDS, RECORDS, type RecordsOptions } from './options.js';
import { sourceOfRecords } from './records.js';
import { requireSchema, type TableSchema } from './schema.js';
import { Troubles } from './troubles.js';

/** What rows of JavaScript values are, before a Dataset is made of them. */
export type LearnedRecords = Learned & Applied;

/** Learns of rows how they become features, and makes these. `of` is what has the options, in messages. */
export function learnedOf(records: unknown, given: RecordsOptions, of: string): LearnedRecords {
  const { names, ...options } = complete(RECORDS, given, of);
  const { categorical, missingMarks } = options;
  const asText = (name: string) => categorical.includes(name);
  const source = sourceOfRecords(records, { names, missingMarks, asText });
  const learned = atOnce(learnSteps(source, options, new Troubles()));
  const settings = { targets: 'compare', maxMemory: options.maxMemory } as const;
  return { ...learned, ...atOnce(applySteps(source, learned.schema, settings, new Troubles())) };
}

/** Features of rows by a schema. */
export function appliedTo(
  records: unknown,
  schema: TableSchema,
  given: OptionsOf<typeof READ_RECORDS>,
  of: string,
): Applied {
  const { names, ...options } = complete(READ_RECORDS, given, of);
  requireSchema(schema);
  const spelled = spelledIn(schema);
  const asText = (name: string) => spelled.has(name);
  const source = sourceOfRecords(records, { names, missingMarks: schema.missingMarks, asText });
  return atOnce(applySteps(source, schema, options, new Troubles()));
}

/** Names of the columns whose cells count as they are spelled. */
export function spelledIn({ columns, target }: TableSchema): ReadonlySet<string> {
  const spelled = columns.flatMap((column) => (column.kind === 'categorical' && column.spelled ? column.name : []));
  return new Set(target?.kind === 'classes' && target.spelled ? [...spelled, target.name] : spelled);
}
