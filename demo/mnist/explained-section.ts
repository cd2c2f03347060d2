import type { UnitContribution } from 'espalier';
import { PIXELS, pixelsOf, SIDE } from '../data.js';
import { signed, sumNote } from '../frame/explained.js';
import { ink, section } from '../frame/markup.js';
import { percent } from '../frame/numbers.js';
import { inkPng } from '../frame/png.js';
import { fieldDrawing, tile } from './drawings.js';
import type { MnistRun } from './page.js';

const SHOWN_UNITS = 8;

/** The pixels and units that two answers rest on, drawn over the digit. */
export function explainedSection({ explained, shuffle, fields, test }: MnistRun): string {
  const cellsOf = (features: UnitContribution['features']) => {
    const most = Math.max(...features.map(({ contribution }) => Math.abs(contribution)));
    return features.map(({ feature, contribution }) => ({ pixel: shuffle[feature]!, value: contribution / most }));
  };
  const fieldOf = ({ kind, layer, unit }: UnitContribution) => {
    if (kind !== 'sparse') return [];
    if (layer === 0) return [...fields.first[unit]!.pixels];
    return Array.from(fields.second[unit]!.seen.keys()).filter((pixel) => fields.second[unit]!.seen[pixel]! > 0);
  };
  const cards = explained.map((e) => {
    const { row, label, output, against, prediction } = e;
    const pixels = pixelsOf(test, row);
    const words = `${output} rather than ${against}`;
    const units = e.units.slice(0, SHOWN_UNITS).map((unit) => {
      const field = fieldOf(unit);
      const kind = field.length ? 'field' : 'global';
      const text = `Unit ${unit.unit} of layer ${unit.layer + 1}, ${kind}: ${signed(unit.contribution)} for ${words}, and the pixels that make it so`;
      return tile(fieldDrawing(cellsOf(unit.features), text, undefined, field), `${signed(unit.contribution)} ${kind}`);
    });
    const drawn = tile(fieldDrawing(cellsOf(e.features), `What each pixel adds for ${words}`), `for ${words}`);
    return `<h3>Test image ${row}, a ${label}: the answer is ${output} (${percent(prediction, 0)}), ${output === label ? 'and right' : 'which is wrong'}</h3>
<div class="explained" style="--average:url(${inkPng(pixels, SIDE)})"><figure class="tile">${ink(pixels, SIDE, `Test image ${row}, a ${label}`)}<figcaption>as written</figcaption></figure>${drawn}<div class="fields">${units.join('')}</div></div>
${sumNote(e, SHOWN_UNITS, 'the pixels', 'For a black image')}`;
  });
  return section(
    'What one prediction rests on',
    [
      'How much of an answer is due to each pixel: the mean slope of the output on the way from a black image to this one, times the pixel (integrated gradients). Compared are two digits, the answer and the next likely one, or the right one if the answer is wrong.',
      '<span class="key green">For</span> the answer or <span class="key orange">against</span> it, stronger where it counts more; the digit is the shadow. Pixels without ink add nothing.',
      `Small: the ${SHOWN_UNITS} units of the last hidden layer that count most, with what the pixels add through them. The grey patch is the unit’s receptive field; global units see everything.`,
    ],
    cards.join('\n'),
  );
}

/** Of the image: all pixels count, so that none is left out of a drawing. */
export const EXPLAINED = { top: PIXELS } as const;
