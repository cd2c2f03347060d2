import type { UnitContribution, UnitExplanation } from 'espalier';
import { xml } from '#dist/drawings/svg.js';
import { signed, signedBars, sumNote } from '../frame/explained.js';
import { section } from '../frame/markup.js';
import { percent, whole } from '../frame/numbers.js';
import { table, tableRow } from '../frame/tables.js';
import type { TseRun } from './story.js';
import { kindTag, marked } from './texts.js';

/** Words and units that are shown of a row, and the words of a unit. */
const SHOWN = 8;
const UNIT_WORDS = 4;
/** Units that are told of, of all. */
const MOST_COHERENT = 5;

/** The words and units that two answers rest on, and what the units of the net stand for. */
export function explainedSection({ explained, units: stand, kinds, vectorizer, rows }: TseRun): string {
  const explanationOf = ({ kind, layer, unit }: UnitContribution) =>
    (kind === 'skip' ? stand.skipPaths : stand.layers)[layer]!.units[unit]!;
  const cards = explained.map((e) => {
    const { definition, label, output, against, prediction } = e;
    const words = e.features.slice(0, SHOWN).map(({ name, contribution }) => ({ name, value: contribution }));
    const units = e.units.slice(0, SHOWN).map((unit) => ({
      name: namesOf(explanationOf(unit)) || `unit ${unit.unit}`,
      note: unit.kind === 'skip' ? `skip-path ${unit.layer + 1}` : unit.kind === 'sparse' ? 'topic unit' : 'global',
      value: unit.contribution,
    }));
    const question = `${kinds[output]} rather than ${kinds[against]}`;
    return `<li><span class="term">${xml(definition.term)}</span> ${kindTag(kinds, label)}<p>${marked(definition, vectorizer)}</p><p>The answer is ${kindTag(kinds, output)} (${percent(prediction, 0)}), ${output === label ? 'and right' : 'which is wrong'}.</p>
${signedBars(`Words: for ${question}`, words)}
${signedBars('Units, by the words that go with them', units)}
${sumNote(e, SHOWN, 'the words', 'For a text without words')}</li>`;
  });
  const groups = [
    ...stand.layers.map((layer) => ({ name: `Layer ${layer.layer + 1}`, ...layer })),
    ...stand.skipPaths.map((path) => ({ name: `Skip-path ${path.path + 1}`, ...path })),
  ];
  const lines = groups.map(({ name, units, coherence }) =>
    tableRow(name, [
      units.length,
      coherence === null ? '–' : signed(coherence),
      units.filter((unit) => unit.coherence !== null && unit.coherence > 0).length,
    ]),
  );
  const best = groups
    .flatMap(({ units }) => units)
    .flatMap((unit) => (unit.coherence === null ? [] : [{ words: namesOf(unit), coherence: unit.coherence }]))
    .sort((a, b) => b.coherence - a.coherence)
    .slice(0, MOST_COHERENT)
    .map(({ words, coherence }) => `${xml(words)} (${signed(coherence)})`);
  return section(
    'What one prediction rests on',
    [
      'How much of an answer is due to each word: the mean slope of the output on the way from a text without words to this one (integrated gradients). Compared are two kinds, the answer and the next likely one, or the right one if the answer is wrong.',
      'Bars to the right speak <span class="key green">for</span> the answer, to the left <span class="key orange">against</span> it. Units are those that feed the output, each with the words that go with it most in the training rows; a unit may be on for other words than these, or without any.',
      `The words of a unit hang together if they come together: its coherence is the mean NPMI of the pairs of its ten words, from −1 to 1. It is counted on the ${whole(rows.test)} test rows, which the net was not trained on. Two words that never meet there count as −1, as many rare ones do in texts so short; above 0 they meet more often than by chance.`,
    ],
    `<ul class="definitions explained">${cards.join('')}</ul>
<h3>Coherence of the units</h3>
${table(['Units', 'Mean coherence', 'Above 0'], lines, 'compare three')}
<p class="note">The most coherent units: ${best.join('; ')}.</p>`,
  );
}

/** The words that go with a unit most. */
function namesOf({ features }: UnitExplanation): string {
  return features
    .slice(0, UNIT_WORDS)
    .map(({ name }) => name)
    .join(', ');
}
