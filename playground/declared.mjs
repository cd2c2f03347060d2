// The options of the methods, as they are declared, as plain data that a form can be made of. Needs a build.
import { phrase } from '../dist/check/phrase.js';
import { defaultText } from '../dist/cli/flags/add.js';
import { METHODS } from '../dist/models/registry.js';

/** Shown at once; the others on demand. */
const FIRST = [
  ...['epochs', 'batchSize', 'learningRate', 'seed', 'hidden', 'layers', 'dropout'],
  ...['backbone', 'width', 'gater', 'gaterWidth', 'placement', 'penalty'],
];
/** What a form begins with where the defaults take too long in a page, by method: filled in, to be seen and changed. */
const BEGINNING = {
  gaternet: {
    ...{ epochs: 20, batchSize: 32, learningRate: 0.01, optimizer: 'adam', schedule: 'cosine' },
    ...{ backbone: 'resnet-8', width: 8, gater: 'resnet-8', gaterWidth: 4, placement: 'every-conv' },
    ...{ penalty: 0.3, bottleneckNorm: 'yes', pretrainEpochs: 1 },
  },
};
/** Of fit: the net's seed is taken. */
const ELSEWHERE = ['fit.seed', 'fit.checkpointEvery'];

export async function declared() {
  return METHODS.map(({ name, doc, paper, data, options, fit }) => ({
    name,
    doc,
    paper,
    data,
    fields: [...fieldsOf(fit, 'fit'), ...fieldsOf(options, 'net')]
      .map((field) => ({ ...field, beginning: BEGINNING[name]?.[field.path.join('.')] }))
      .sort((a, b) => Number(b.first) - Number(a.first)),
  }));
}

function fieldsOf(options, of, path = []) {
  return Object.entries(options).flatMap(([name, option]) => {
    const own = [...path, name];
    if (ELSEWHERE.includes([of, ...own].join('.'))) return [];
    if (option.kind === 'group' && !option.names) return fieldsOf(option.options, of, own);
    const kind = formKind(option);
    if (!kind) return [];
    return {
      of,
      path: own,
      first: path.length === 0 && FIRST.includes(name),
      doc: option.doc,
      expected: phrase(option),
      initial: defaultText(option) ?? (option.kind === 'flag' ? 'no' : ''),
      ...kind,
    };
  });
}

/** Signals, callbacks and what has a check of its own are left to programs. */
function formKind(option) {
  switch (option.kind) {
    case 'integer':
    case 'number':
      return { kind: option.kind, min: option.from ?? option.above, max: option.to ?? option.below };
    case 'flag':
      return { kind: 'choice', choices: ['yes', 'no'], flag: true };
    case 'choice':
      return { kind: 'choice', choices: option.of };
    case 'group':
      return { kind: 'choice', choices: option.names };
    case 'other':
      return option.text === undefined ? undefined : { kind: 'text' };
    case 'variant':
      return { kind: 'choice', choices: Object.keys(option.of) };
    case 'list':
      if (option.of.kind === 'integer') return { kind: 'list' };
      return option.of.kind === 'group' ? { kind: 'groups', members: Object.keys(option.of.options) } : undefined;
    default:
      return undefined;
  }
}
