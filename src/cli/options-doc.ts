import type { Option, Options } from '../check/option.js';
import { phrase } from '../check/phrase.js';
import { COUNT } from '../counts/count.js';
import { MERGE } from '../counts/merge.js';
import { SURVEY, SURVEY_TEXTS } from '../counts/survey/survey-data.js';
import { DOCUMENTS } from '../data/documents/options.js';
import { TRANSFORM, VECTORIZER } from '../data/documents/vectorizer-options.js';
import { GUNZIP, TEXT_OF } from '../data/gunzip.js';
import { IDX } from '../data/images/idx.js';
import { PACED } from '../data/paced.js';
import { SPLIT } from '../data/split.js';
import { STANDARDIZER, TF_IDF } from '../data/standardise.js';
import { STREAM, STREAM_SAMPLE } from '../data/stream-options.js';
import { READ_RECORDS, READ_TABLE, RECORDS } from '../data/tables/options.js';
import { CSV, CSV_ASYNC, READ_CSV_ASYNC } from '../data/text/csv.js';
import { SVMLIGHT, SVMLIGHT_ASYNC } from '../data/text/svmlight.js';
import { GATE_SVG } from '../drawings/gates/drawing.js';
import { LATENT_SVG } from '../drawings/latent/drawing.js';
import { LATENT_PAGE } from '../drawings/latent/page.js';
import { TOPICS_PAGE } from '../drawings/topics/page.js';
import { TOPIC_SHARES } from '../drawings/topics/shares.js';
import { TREE_SVG } from '../drawings/tree/drawing.js';
import { EXPLAIN } from '../models/feedforward/explain.js';
import { IMPORTANCE } from '../models/feedforward/explain-importance.js';
import { EXPLAIN_ROW } from '../models/feedforward/explain-row.js';
import { GATED_PREDICT, GATED_RUN, STATE_DICT } from '../models/gaternet/options.js';
import type { Method } from '../models/method.js';
import { LOAD, SAVE } from '../models/net.js';
import { RUN } from '../models/net-parts.js';
import { METHODS } from '../models/registry.js';
import { ENGINE_OPTIONS } from '../runtime/engine.js';
import { CHOW_LIU } from '../structure/chow-liu.js';
import { ASSIGN } from '../structure/latent/assignment.js';
import { EXPAND } from '../structure/latent/expand-options.js';
import { LATENT_TREE } from '../structure/latent/options.js';
import { SAMPLE } from '../structure/latent/sampling.js';
import { STEPWISE } from '../structure/latent/stepwise.js';
import { TOPICS } from '../structure/latent/topics-json.js';
import { FIELDS } from '../structure/receptive-fields.js';
import { ASSIGN_TOPICS, SCORE_DOCUMENTS } from '../structure/topics/assign-topics.js';
import { SPLIT_DOCUMENTS } from '../structure/topics/held-out.js';
import { LEARN_TOPICS } from '../structure/topics/learn.js';
import { DESCRIBE_TOPICS } from '../structure/topics/options.js';
import { INFORMATION } from '../structure/variables.js';
import { FIT } from '../training/fit-options.js';
import { WORKER } from '../worker/options.js';
import { defaultText } from './flags/add.js';
import { flagsOf } from './flags/flag.js';

/** What has options, and where a person meets it. */
export interface Documented {
  /** The function or method. */
  readonly of: string;
  /** The command whose flags they are too. */
  readonly command?: string;
  readonly options: Options;
}

/** Everything that has declared options, methods first. */
export function documented(methods: readonly Method[] = METHODS): Documented[] {
  return [
    ...methods.map(({ name, options }) => ({ of: LEARN[name] ?? name, command: `train --method ${name}`, options })),
    { of: 'fit', command: 'train', options: FIT },
    ...methods
      .filter(({ fit }) => fit !== FIT)
      .map(({ name, fit }) => ({
        of: `fit of a ${name} net`,
        command: `train --method ${name}`,
        options: added(fit, FIT),
      })),
    { of: 'predict, evaluate', command: 'predict, evaluate', options: RUN },
    {
      of: 'GaterNet: predict, evaluate, gates',
      command: 'predict, evaluate, gates',
      options: { ...GATED_PREDICT, ...GATED_RUN },
    },
    { of: 'load, loadNet', options: LOAD },
    { of: 'saveAsync', options: SAVE },
    { of: 'explain', command: 'explain', options: EXPLAIN },
    { of: 'explainRow', command: 'explain --row', options: EXPLAIN_ROW },
    { of: 'importance', command: 'explain --importance', options: IMPORTANCE },
    { of: 'GaterNet.fromStateDict', options: STATE_DICT },
    { of: 'chowLiuTree', command: 'tree', options: CHOW_LIU },
    { of: 'mutualInformation, targetInformation, topPairs', options: INFORMATION },
    { of: 'receptiveFields', options: FIELDS },
    { of: 'countData', command: 'count', options: COUNT },
    { of: 'mergeCounts', options: MERGE },
    { of: 'surveyData', options: SURVEY },
    { of: 'surveyTexts', options: SURVEY_TEXTS },
    { of: 'latentTree', command: 'latent-tree', options: LATENT_TREE },
    { of: 'expandTree', options: EXPAND },
    { of: 'assignLatents', command: 'latent-tree', options: ASSIGN },
    { of: 'refineLatentTree', options: STEPWISE },
    { of: 'sampleLatentTree', options: SAMPLE },
    { of: 'splitRows', options: SPLIT },
    { of: 'Dataset.stream', options: STREAM },
    { of: 'DataStream: sample', options: STREAM_SAMPLE },
    { of: 'Standardizer.learn', options: STANDARDIZER },
    { of: 'TfIdf.learn', options: TF_IDF },
    { of: 'TopicTree.learn', command: 'topics', options: LEARN_TOPICS },
    { of: 'TopicTree: update', command: 'topics --update', options: STEPWISE },
    { of: 'splitDocuments', command: 'topics', options: SPLIT_DOCUMENTS },
    { of: 'describeTopics', command: 'topics', options: DESCRIBE_TOPICS },
    { of: 'assignTopics', options: ASSIGN_TOPICS },
    { of: 'scoreDocuments', options: SCORE_DOCUMENTS },
    { of: 'TextVectorizer.learn, learnTransform', options: VECTORIZER },
    { of: 'TextVectorizer: transform', options: TRANSFORM },
    { of: 'learnCsv, learnCsvSchema', command: 'train, tree, latent-tree, inspect', options: CSV },
    { of: 'learnCsvAsync', options: added(CSV_ASYNC, CSV) },
    { of: 'readCsv', options: READ_TABLE },
    { of: 'readCsvAsync', options: added(READ_CSV_ASYNC, READ_TABLE) },
    { of: 'learnRecords, Dataset.fromRecords', options: RECORDS },
    { of: 'readRecords', options: READ_RECORDS },
    { of: 'gunzip', options: GUNZIP },
    { of: 'textOf', options: TEXT_OF },
    { of: 'readDocuments', options: DOCUMENTS },
    { of: 'learnSvmlight, parseSvmlight', options: SVMLIGHT },
    { of: 'learnSvmlightAsync, parseSvmlightAsync', options: added(SVMLIGHT_ASYNC, SVMLIGHT) },
    { of: 'parseSparseTextAsync', options: PACED },
    { of: 'idxDataset', options: IDX },
    { of: 'treeToSvg', options: TREE_SVG },
    { of: 'latentTreeToJson, latentTreeToDot', options: TOPICS },
    { of: 'latentTreeToSvg', options: LATENT_SVG },
    { of: 'latentTreeToHtml', options: LATENT_PAGE },
    { of: 'topicsToHtml', options: TOPICS_PAGE },
    { of: 'topicSharesToSvg', options: TOPIC_SHARES },
    { of: 'gatesToSvg', options: GATE_SVG },
    { of: 'createEngine', options: ENGINE_OPTIONS },
    { of: 'createWorker', options: WORKER },
  ];
}

/** How the library calls what the command names. */
const LEARN: Readonly<Record<string, string>> = {
  trf: 'TrfNet.grow',
  tse: 'TseNet.grow',
  gaternet: 'GaterNet.create',
  dense: 'DenseNet.create',
};

/** Those that others do not have too. */
function added(options: Options, others: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name, option]) => others[name] !== option));
}

/** docs/OPTIONS.md: every option of every function, its flag, what it may be and its default. */
export function optionsDoc(methods: readonly Method[] = METHODS): string {
  const parts = documented(methods).map(({ of, command, options }) => {
    const flags = new Map(command ? flagsOf(options).map(({ path, name }) => [path.join('.'), name]) : []);
    const head = `## ${of}\n\n${command ? `Flags of \`espalier ${command}\`.\n\n` : ''}`;
    const lines = rowsOf(options).map(({ path, option }) => {
      const flag = flags.get(path);
      const cells = [`\`${path}\``, flag ? `\`--${flag}\`` : '', option.doc, phrase(option), initial(option)];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
    return `${head}| option | flag | what | expected | default |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
  });
  return `# Options\n\nWritten by \`npm run docs:options\` from the declarations; not edited by hand.\n\n${parts.join('\n')}`;
}

function initial(option: Option): string {
  if (option.required) return 'must be given';
  return defaultText(option) ?? (option.default === false ? 'false' : '');
}

/** Options with those of groups, by path. */
function rowsOf(options: Options, prefix = ''): { path: string; option: Option }[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const path = `${prefix}${name}`;
    const own = { path, option };
    if (option.kind === 'group') return [own, ...rowsOf(option.options, `${path}.`)];
    if (option.kind === 'list' && option.of.kind === 'group') return [own, ...rowsOf(option.of.options, `${path}[].`)];
    if (option.kind !== 'variant') return [own];
    return [own, ...Object.entries(option.of).flatMap(([kind, inner]) => rowsOf(inner, `${path} '${kind}' .`))];
  });
}
