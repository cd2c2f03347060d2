import { DARK, LIGHT, SCALE } from '../palette.js';

/** 'auto': what the reader's system is set to. */
export type Theme = 'auto' | 'light' | 'dark';

export interface Colours {
  paper: string;
  ink: string;
  soft: string;
  rule: string;
  on: string;
  dependent: string;
  off: string;
  /** By the share of images that open a gate. */
  scale: readonly string[];
}

/** Also the class of the svg element, so that the style below reaches nothing else of a page it stands in. */
export const SCOPE = 'espalier-gates';
/** Size of letters, pixels. */
export const FONT = 11;
/** Around the drawing, pixels. */
export const MARGIN = 14;
/** Steps of the scale from 0 % to 100 %. */
export const STEPS = SCALE.light.length - 1;

/** Of a drawing that follows the reader, what stands in attributes is the light one. */
export function coloursOf(theme: Theme): Colours {
  const dark = theme === 'dark';
  const { paper, ink, soft, rule, orange, off } = dark ? DARK : LIGHT;
  const scale = dark ? SCALE.dark : SCALE.light;
  return { paper, ink, soft, rule, on: scale[STEPS]!, dependent: orange, off, scale };
}

/** Of a drawing that follows the reader: the dark colours, over the light ones in the attributes. */
export function darkStyle(): string {
  const { paper, ink, soft, rule, on, dependent, off, scale } = coloursOf('dark');
  const rules = [
    `{fill:${soft}}`,
    ` .paper{fill:${paper}}`,
    ` .ink{fill:${ink}}`,
    ` .rule{stroke:${rule}}`,
    ` .on{fill:${on}}`,
    ` .dependent{fill:${dependent}}`,
    ` .off{fill:${off}}`,
    ...scale.map((colour, level) => ` .l${level}{stroke:${colour}}`),
  ];
  return `@media(prefers-color-scheme:dark){${rules.map((rest) => `.${SCOPE}${rest}`).join('')}}`;
}
