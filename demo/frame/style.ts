import { DARK, LETTERS, LIGHT, type Palette } from '#dist/drawings/palette.js';

/** What tells nets apart. */
export type Tint = 'green' | 'blue' | 'orange' | 'violet';

/** Of the reports alone; kinds are of things that lie beside one another in bars. */
const OWN = {
  light: {
    blue: '#4458c9',
    violet: '#8a4fa8',
    kinds: ['#c8553d', '#4a9440', '#d6960f', '#86756a', '#c24a86', '#4a66b8', '#1f8a93', '#7d4a94'],
  },
  dark: {
    blue: '#94a5ff',
    violet: '#cf9bea',
    kinds: ['#f0876b', '#7fca6f', '#ecbb52', '#b9a595', '#f08bb4', '#8fa8f2', '#5cc7cf', '#c195da'],
  },
};

function variables(
  { page, surface, letters, soft, faint, line, green, orange }: Palette,
  own: typeof OWN.light,
): string {
  const { blue, violet, kinds } = own;
  const all = { page, surface, ink: letters, soft, faint, line, green, orange, blue, violet };
  const named = [...Object.entries(all), ...kinds.map((colour, i) => [`k${i}`, colour] as const)];
  return `:root{${named.map(([name, colour]) => `--${name}:${colour}`).join(';')}}`;
}

/** Letters and colours as variables of the style sheets, by day and by night, and the classes that choose one. */
export function colourStyle(): string {
  const chosen = ['green', 'blue', 'orange', 'violet', ...OWN.light.kinds.map((_, i) => `k${i}`)];
  return `:root{font-family:${LETTERS}}
${variables(LIGHT, OWN.light)}
@media (prefers-color-scheme:dark){${variables(DARK, OWN.dark)}}
${chosen.map((name) => `.${name}{--own:var(--${name})}`).join('')}`;
}
