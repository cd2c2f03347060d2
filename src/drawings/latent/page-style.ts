import { DARK, LIGHT, type Palette } from '../palette.js';

const colours = ({ page, letters, soft, faint, line, green, track, mark, surface }: Palette) =>
  `--page: ${page}; --ink: ${letters}; --soft: ${soft}; --faint: ${faint}; --line: ${line}; --bar: ${green}; --track: ${track}; --mark: ${mark}; --surface: ${surface};`;

/** The style sheet of latentTreeToHtml's pages. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  ${colours(LIGHT)}
  font: 17px/1.5 Charter, 'Bitstream Charter', 'Sitka Text', Cambria, Georgia, serif;
  color: var(--ink); background: var(--page);
  -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) {
  :root { ${colours(DARK)} }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { max-width: 48rem; margin: 0 auto; padding: clamp(1.2rem, 5vw, 4rem) clamp(0.8rem, 4vw, 2rem) 5rem; }
h1 { margin: 0; font-size: clamp(1.7rem, 5vw, 2.5rem); font-weight: 600; line-height: 1.15; letter-spacing: -0.015em; text-wrap: balance; overflow-wrap: anywhere; }
header p { max-width: 40rem; margin: 0.9rem 0 0; color: var(--soft); text-wrap: pretty; }
.facts, .tools, i, b, .near, thead, td { font-family: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; font-variant-numeric: tabular-nums; }
.facts { font-size: 0.85rem; }
.tools { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 1.8rem 0 0; padding: 0.6rem 0; background: var(--page); border-bottom: 1px solid var(--line); font-size: 0.85rem; }
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
main { margin-top: 0.6rem; }
details { content-visibility: auto; contain-intrinsic-size: auto 3rem; scroll-margin-top: 5rem; }
details details { margin-left: clamp(0.6rem, 2.5vw, 1.3rem); }
summary { position: relative; display: grid; grid-template-columns: 0.9rem minmax(0, 1fr) auto 3.8rem; column-gap: 0.5rem; align-items: baseline; padding: 0.4rem 0 0.55rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: ''; align-self: center; width: 0.38rem; height: 0.38rem; margin-left: 0.1rem; border: solid var(--faint); border-width: 0 1.5px 1.5px 0; rotate: -45deg; }
details[open] > summary::before { rotate: 45deg; }
summary::after { content: ''; position: absolute; left: 1.4rem; right: 0; bottom: 0.2rem; height: 2px; border-radius: 1px; background: linear-gradient(var(--bar) 0 0) 0 0 / var(--p) 100% no-repeat var(--track); }
summary span { overflow-wrap: anywhere; hyphens: auto; }
summary:hover span { text-decoration: underline; text-decoration-color: var(--faint); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
main > details { border-bottom: 1px solid var(--line); padding: 0.25rem 0; }
main > details > summary { font-size: 1.12rem; }
main > details > summary::after { height: 3px; }
main > details[open] { padding-bottom: 1.2rem; }
i { font-size: 0.72rem; font-style: normal; color: var(--faint); }
b { font-size: 0.85rem; font-weight: 500; text-align: right; white-space: nowrap; }
.near { margin: 0.1rem 0 0.5rem 1.4rem; font-size: 0.8rem; color: var(--faint); overflow-wrap: anywhere; }
.near a { color: var(--soft); text-decoration-color: var(--line); text-underline-offset: 0.2em; }
table { width: calc(100% - 1.4rem); margin: 0.1rem 0 1rem 1.4rem; border-collapse: collapse; font-size: 0.95rem; }
th { font-weight: 400; text-align: left; overflow-wrap: anywhere; }
thead { font-size: 0.72rem; color: var(--faint); }
thead th { padding: 0; }
td, thead th + th { width: 7.5rem; text-align: right; font-size: 0.8rem; white-space: nowrap; }
thead th + th { font-size: 0.72rem; }
thead th + th + th, td + td { width: 4.4rem; color: var(--faint); }
tbody th, td { padding: 0.12rem 0; border-top: 1px solid var(--line); }
/* The bar is the share with the topic, the tick in it the share without. */
td:first-of-type { background: linear-gradient(var(--soft) 0 0) calc(var(--q) * 0.6) 50% / 1.5px 0.6rem no-repeat, linear-gradient(var(--bar) 0 0) 0 50% / calc(var(--p) * 0.6) 3px no-repeat, linear-gradient(var(--track) 0 0) 0 50% / 60% 3px no-repeat; }
tr.hit th { background: linear-gradient(90deg, var(--mark), transparent min(100%, 14rem)); }
@media (max-width: 34rem) {
  summary { grid-template-columns: 0.9rem minmax(0, 1fr) 3.6rem; }
  summary i { display: none; }
  td, thead th + th { width: 6rem; }
  .tools label { flex-basis: 100%; }
  .tools button { flex: 1; }
}
@media print { .tools { display: none; } details { content-visibility: visible; } }
`;
