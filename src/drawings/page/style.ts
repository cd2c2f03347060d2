import { DARK, LETTERS, LIGHT, type Palette } from '../palette.js';

const colours = ({ page, letters, soft, faint, line, green, orange, track, mark, surface }: Palette) =>
  `--page: ${page}; --ink: ${letters}; --soft: ${soft}; --faint: ${faint}; --line: ${line}; --bar: ${green}; --contrast: ${orange}; --track: ${track}; --mark: ${mark}; --surface: ${surface};`;

/** What all pages have in common: colours by day and by night, letters, headings, a search. */
export const BASE_STYLE = `
:root {
  color-scheme: light dark;
  ${colours(LIGHT)}
  --sans: ${LETTERS};
  font: 16px/1.55 var(--sans);
  color: var(--ink); background: var(--page);
  -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) {
  :root { ${colours(DARK)} }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
h1 { margin: 0; font-size: clamp(1.7rem, 5vw, 2.5rem); font-weight: 680; line-height: 1.1; letter-spacing: -0.03em; text-wrap: balance; overflow-wrap: anywhere; }
header p { max-width: 40rem; margin: 0.9rem 0 0; color: var(--soft); text-wrap: pretty; }
.facts, .tools, i, b, thead, td { font-variant-numeric: tabular-nums; }
.facts { font-size: 0.85rem; }
.tools { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 1.8rem 0 0; padding: 0.6rem 0; background: var(--page); border-bottom: 1px solid var(--line); font-size: 0.85rem; }
.tools label { flex: 1 1 14rem; }
.tools label span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
input, button { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: 7px; padding: 0.45rem 0.75rem; background: var(--surface); }
/* Under 16 px a phone zooms into the field. */
input { width: 100%; font-size: 16px; }
button { cursor: pointer; color: var(--soft); }
button:hover { color: var(--ink); border-color: var(--faint); }
:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
output { flex-basis: 100%; color: var(--soft); }
output:empty { display: none; }
table { border-collapse: collapse; }
th { font-weight: 400; text-align: left; overflow-wrap: anywhere; }
thead { font-size: 0.72rem; color: var(--faint); }
thead th { padding: 0; }
td, thead th + th { text-align: right; font-size: 0.8rem; white-space: nowrap; }
thead th + th { font-size: 0.72rem; }
tbody th, td { padding: 0.12rem 0; border-top: 1px solid var(--line); }
/* The bar is the share with the topic, the tick in it the share without. */
td:first-of-type { background: linear-gradient(var(--soft) 0 0) calc(var(--q) * 0.6) 50% / 1.5px 0.6rem no-repeat, linear-gradient(var(--bar) 0 0) 0 50% / calc(var(--p) * 0.6) 3px no-repeat, linear-gradient(var(--track) 0 0) 0 50% / 60% 3px no-repeat; }
@media print { .tools { display: none; } }
`;
