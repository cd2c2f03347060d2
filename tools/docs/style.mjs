// The style sheet, with the colours of the package's own pages, by day and by night.
import { DARK, LIGHT } from '../../dist/drawings/palette.js';

const colours = (palette) =>
  Object.entries(palette)
    .map(([name, colour]) => `  --${name}: ${colour};\n`)
    .join('');

export function siteStyle(rules) {
  return `:root {\n  color-scheme: light dark;\n${colours(LIGHT)}}\n@media (prefers-color-scheme: dark) {\n:root {\n${colours(DARK)}}\n}\n${rules}`;
}
