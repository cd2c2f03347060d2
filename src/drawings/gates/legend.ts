import { count } from '../../numeric/format.js';
import type { GateReport } from '../../structure/gates.js';
import { element, fixed, text } from '../svg.js';
import { type Colours, MARGIN } from './style.js';
import { widthOf } from './words.js';

interface Item {
  drawn: string;
  width: number;
}

/** Between items, whose widths are ample, and from line to line, pixels. */
const BESIDE = 8;
const LINE = 18;
/** Side of a swatch and of a step of the scale. */
const SWATCH = 10;
const STEP = 5;

/** The scale and the kinds with their counts, in lines of the drawing's width. */
export function legendOf(report: GateReport, width: number, colours: Colours): { parts: string[]; height: number } {
  const { alwaysOn, alwaysOff, inputDependent } = report;
  const items = [
    scale(`100 % of ${report.classes ? 'a class’s' : 'the'} images`, colours),
    swatch('on', `always open: ${count(alwaysOn)}`, colours),
    swatch('dependent', `image-dependent: ${count(inputDependent)}`, colours),
    swatch('off', `always closed: ${count(alwaysOff)}`, colours),
  ];
  let x = 0;
  let y = 0;
  const parts = items.map((item) => {
    if (x > 0 && x + item.width > width - 2 * MARGIN) {
      x = 0;
      y += LINE;
    }
    const part = element('g', { transform: `translate(${Math.round(x)} ${y})` }, item.drawn);
    x += item.width + BESIDE;
    return part;
  });
  return { parts, height: y + 12 };
}

function scale(note: string, { scale }: Colours): Item {
  const steps = scale.map((colour, i) =>
    element('path', { class: `l${i}`, stroke: colour, d: `M${fixed(i * STEP)} ${SWATCH / 2}h${STEP}` }),
  );
  const place = { transform: 'translate(26 0)', 'stroke-width': SWATCH, fill: 'none', 'shape-rendering': 'crispEdges' };
  const end = 32 + STEP * steps.length;
  return {
    drawn: [text(0, 9, '0 %'), element('g', place, ...steps), text(end, 9, note)].join(''),
    width: end + widthOf(note),
  };
}

function swatch(kind: 'on' | 'dependent' | 'off', words: string, colours: Colours): Item {
  const square = element('rect', { class: kind, width: SWATCH, height: SWATCH, fill: colours[kind] });
  return { drawn: square + text(16, 9, words), width: 16 + widthOf(words) };
}
