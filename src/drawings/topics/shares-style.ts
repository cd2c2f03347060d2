import { percentOf } from '../../numeric/format.js';
import type { TopicSummary } from '../../structure/topics/report.js';
import { DARK, LIGHT, type Palette, SCALE } from '../palette.js';
import { element, title, xml } from '../svg.js';
import { shorten, textWidth } from '../text.js';
import { briefOf } from './outline.js';

/** What a picture is made of, at the origin. */
export interface Part {
  readonly width: number;
  readonly height: number;
  readonly elements: readonly string[];
}

/** Also the class of the svg element, so that the style below reaches nothing else of a page it stands in. */
export const SCOPE = 'espalier-shares';
/** Around everything, pixels. */
export const FRAME = 16;
/** Size of letters, pixels. */
export const SMALL = 12;
/** Characters of a topic's name. */
const MOST_CHARACTERS = 36;

/** Steps of the scale on which letters stand: those where neither dark nor light ones have a contrast of 4.5 are left out. */
const STEPS = {
  light: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20],
  dark: [0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
} as const;
/** The first of them with the letters of the other side: dark ground by day. */
const TURN = { light: 10, dark: 8 } as const;
export const LEVELS = STEPS.light.length;

export function sharesStyle(): string {
  const lines = [
    ...coloursOf(LIGHT, 'light'),
    ' text{unicode-bidi:plaintext}',
    ' .head{font-size:20px;font-weight:600}',
    ' .b{font-weight:600}',
    ' a{text-decoration:none}',
    ' a:hover text{text-decoration:underline}',
    ' .line{fill:none;stroke-width:1.6;stroke-linejoin:round}',
    ' .area{opacity:.16}',
    ' .overall{stroke-width:1;stroke-dasharray:3 3}',
  ].map((rest) => `.${SCOPE}${rest}`);
  const dark = coloursOf(DARK, 'dark').map((rest) => `.${SCOPE}${rest}`);
  return `${lines.join('')}@media(prefers-color-scheme:dark){${dark.join('')}}@media print{.${SCOPE}{print-color-adjust:exact}}`;
}

function coloursOf({ paper, ink, soft, rule, green, orange }: Palette, theme: 'light' | 'dark'): string[] {
  return [
    ` text{fill:${ink}}`,
    ` .paper{fill:${paper}}`,
    ` .soft{fill:${soft}}`,
    ` .rule{stroke:${rule}}`,
    ` .bar{fill:${rule}}`,
    ` .line{stroke:${green}}`,
    ` .area{fill:${green}}`,
    ` .peak{fill:${orange}}`,
    ` .overall{stroke:${soft}}`,
    ...STEPS[theme].flatMap((step, i) => [
      ` .l${i} rect{fill:${SCALE[theme][step]}}`,
      ` .l${i} text{fill:${i < TURN[theme] ? ink : paper}}`,
    ]),
  ];
}

/** The name of a row, right before x = 0 of the cells; the words in its tooltip. */
export function rowName(topic: TopicSummary, x: number, y: number, links: boolean): string {
  const name = shorten(briefOf(topic), MOST_CHARACTERS);
  const words = topic.features.map((feature) => feature.name).join(', ');
  const label = element('text', { x, y, 'text-anchor': 'end' }, xml(name));
  const tip = title(`${topic.id}: ${topic.name ? `${topic.name}: ` : ''}${words}, ${percentOf(topic.share)}`);
  return element(links ? 'a' : 'g', { href: links ? `#${topic.id}` : undefined }, tip, label);
}

/** Room for the names of rows, pixels. */
export function nameWidth(topics: readonly TopicSummary[]): number {
  const widths = topics.map((topic) => textWidth(shorten(briefOf(topic), MOST_CHARACTERS)) * SMALL);
  return Math.ceil(Math.max(60, ...widths)) + 10;
}
