// Every colour of the drawings and pages, on light paper and on dark.

export interface Palette {
  /** Ground, letters and lesser letters of a drawing. */
  paper: string;
  ink: string;
  soft: string;
  /** Thin lines between things, and lines that stand back. */
  rule: string;
  link: string;
  /** Ground, letters, faint letters, lines and raised ground of a page. */
  page: string;
  letters: string;
  faint: string;
  line: string;
  surface: string;
  /** The two that stand out: growth and contrast. */
  green: string;
  orange: string;
  /** Ground of a bar, and of words that are marked. */
  track: string;
  mark: string;
  /** What is shut, or missing. */
  off: string;
}

export const LIGHT: Palette = {
  paper: '#fdfcf9',
  ink: '#1f2d3a',
  soft: '#5d645f',
  rule: '#c9c8c0',
  link: '#8d948f',
  page: '#fbfaf7',
  letters: '#1c1f1d',
  faint: '#6a716c',
  line: '#e3e2dc',
  surface: '#ffffff',
  green: '#12805c',
  orange: '#c04815',
  track: '#e9e8e2',
  mark: '#fff1b8',
  off: '#dcdbd3',
};

export const DARK: Palette = {
  paper: '#161a17',
  ink: '#ecefec',
  soft: '#a5ada8',
  rule: '#454c47',
  link: '#8d948f',
  page: '#121513',
  letters: '#ecefec',
  faint: '#8a928d',
  line: '#2c322e',
  surface: '#1a1e1b',
  green: '#3ecf9a',
  orange: '#ff8a5b',
  track: '#262c28',
  mark: '#4a4220',
  off: '#333a35',
};

/** Of a tree on light paper, which has no dark one: its edges, and what is picked out. */
export const EDGE = '#2f6b5e';
export const PICKED = '#c8553d';
/** Ground of a node in Graphviz's drawings. */
export const LEAF = '#eef4f1';

/** One a branch, in turn; neighbours differ in hue and, for eyes that see few hues, in lightness. */
export const BRANCHES = {
  light: ['#1f6f5c', '#c8553d', '#3d63a8', '#a06a12', '#7d4a94', '#4c7f2e', '#ad3f6c', '#2a7f99'],
  dark: ['#5cc4a7', '#f0876b', '#8fb0f0', '#d9a64a', '#c195da', '#93c96f', '#ee8bb2', '#69c1dc'],
} as const;

/**
 * 0 % to 100 % by steps of 5. The steps are even in OKLab, where distance is what the eye sees; lightness alone tells them apart, so that colour-blind
 * eyes and grey prints do as well. 0 % is near the paper, in light and in dark.
 */
export const SCALE = {
  light:
    '#f0f1e5 #e3e8d5 #d5dfc6 #c5d7b9 #b4ceae #a2c6a5 #8fbe9e #7cb599 #69ac95 #56a392 #44998f #358e8c #288488 #1f7984 #1c6d7e #1d6277 #20576f #224c65 #24415a #24374e #222e41'.split(
      ' ',
    ),
  dark: '#212836 #243142 #263a4f #27445a #274f65 #255a6f #246578 #24717f #277c85 #2e888a #39938e #479d91 #57a893 #69b296 #7cbb99 #8fc59d #a2cda2 #b5d6a9 #c7dfb2 #d9e7bc #e9f0c9'.split(
    ' ',
  ),
} as const;

/** Letters of all pages. */
export const LETTERS =
  "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
