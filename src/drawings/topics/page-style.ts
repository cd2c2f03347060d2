import { BASE_STYLE } from '../page/style.js';
import { BRANCHES } from '../palette.js';

const branches = (theme: 'light' | 'dark') => BRANCHES[theme].map((colour, i) => `--c${i}: ${colour};`).join(' ');

/** The style sheet of topicsToHtml's pages. */
export const PAGE_STYLE = `${BASE_STYLE}
:root { ${branches('light')} }
@media (prefers-color-scheme: dark) { :root { ${branches('dark')} } }
body { max-width: 88rem; margin: 0 auto; padding: clamp(1rem, 3vw, 2.4rem) clamp(0.8rem, 3vw, 2.4rem) 4rem; }
header p { max-width: none; }
.tools { margin-top: 1rem; }
.tools label { flex: 1 1 18rem; }
nav { display: flex; gap: 0.25rem; }
nav a { padding: 0.45rem 0.75rem; border-radius: 7px; color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--ink); }
nav a[aria-current] { color: var(--ink); background: var(--track); }
main { margin-top: 1rem; }
h2 { margin: 0 0 0.5rem; font-size: 1.35rem; font-weight: 600; line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; }
h3 { margin: 1.6rem 0 0.4rem; font: 600 0.8rem/1.4 var(--sans); color: var(--soft); }
.note, .meta { margin: 0 0 0.6rem; font: 0.8rem/1.5 var(--sans); color: var(--soft); }
.note summary { cursor: pointer; } .note p { margin: 0.3rem 0 0; }
.side a, .tree a { color: inherit; }

/* The tree */
.tree-tools { display: flex; gap: 0.4rem; margin: 0 0 0.6rem; font: 0.8rem var(--sans); }
.tree-tools button { padding: 0.25rem 0.6rem; }
ul { list-style: none; margin: 0; padding: 0; }
.tree li { scroll-margin-top: 6rem; }
.tree li li { margin-left: 1.1rem; }
.top { border-bottom: 1px solid var(--line); padding: 0.2rem 0; content-visibility: auto; contain-intrinsic-size: auto 2.6rem; }
.row { position: relative; display: grid; grid-template-columns: 1.3rem minmax(0, 1fr) 3rem 4.1rem 3.9rem; column-gap: 0.3rem; align-items: baseline; padding: 0.3rem 0 0.5rem; }
.row::after { content: ''; position: absolute; left: 1.6rem; right: 0; bottom: 0.2rem; height: 2px; border-radius: 1px; background: linear-gradient(var(--bar) 0 0) 0 0 / var(--p) 100% no-repeat var(--track); }
.row.head { align-items: end; padding: 0 0 0.2rem; border-bottom: 1px solid var(--line); font: 0.72rem/1.2 var(--sans); color: var(--faint); }
.row.head::after { display: none; }
.row.head b { font-size: inherit; white-space: normal; color: inherit !important; font-weight: 400 !important; }
.row a { text-decoration: none; overflow-wrap: anywhere; font-size: 0.95rem; line-height: 1.35; }
.row a:hover { text-decoration: underline; text-decoration-color: var(--faint); text-underline-offset: 0.2em; }
.top > .row a { font-size: 1.05rem; }
.row:has(a[aria-current]) { background: var(--track); box-shadow: inset 3px 0 var(--bar); }
.row a[aria-current] { font-weight: 600; }
.row b { font-size: 0.8rem; font-weight: 400; text-align: right; color: var(--soft); white-space: nowrap; }
.row b:nth-of-type(1) { color: var(--ink); font-weight: 500; }
.row strong { font-weight: 600; }
.row strong::after { content: ' —'; font-weight: 400; color: var(--faint); }
.row i, .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.row button { align-self: center; padding: 0; width: 1.3rem; height: 1.5rem; border: 0; background: none; }
.row button::before { content: ''; display: block; width: 0.4rem; height: 0.4rem; margin: 0 auto; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; rotate: 45deg; translate: 0 -0.1rem; }
.row button[aria-expanded='false']::before { rotate: -45deg; translate: -0.1rem 0; }

/* Pictures */
.picture { overflow-x: auto; margin: 0 0 2rem; }
.picture svg { display: block; max-width: 100%; min-width: 34rem; height: auto; margin-left: -14px; }
.espalier-shares a:focus-visible text { text-decoration: underline; }

/* A topic, a document, what was found */
.crumbs { margin: 0 0 0.6rem; font: 0.8rem/1.5 var(--sans); color: var(--soft); }
.crumbs a { color: var(--soft); }
.crumbs a + a::before { content: '›'; display: inline-block; padding: 0 0.4rem; text-decoration: none; color: var(--faint); }
.view:focus, .view h2:focus { outline: none; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0 2rem; }
table { width: 100%; font-size: 0.92rem; }
td, thead th + th { width: 6.9rem; }
thead th + th + th, td + td { width: 3.7rem; color: var(--faint); }
.doc { padding: 0.55rem 0 0.6rem; border-top: 1px solid var(--line); }
.doc h4 { margin: 0; font: 600 0.85rem/1.4 var(--sans); overflow-wrap: anywhere; }
.doc h4 a { text-decoration: none; }
.doc h4 a:hover { text-decoration: underline; }
.doc h4 small { font-size: 0.78rem; font-weight: 400; color: var(--soft); margin-left: 0.6em; }
.doc p { margin: 0.15rem 0 0; font-size: 0.95rem; line-height: 1.45; overflow-wrap: anywhere; }
.text { margin: 1rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 42rem; line-height: 1.6; }
.text p { margin: 0 0 0.8em; }
mark { color: inherit; background: var(--mark); border-radius: 2px; }
mark[class^='c'] { background: color-mix(in srgb, var(--c) 17%, transparent); box-shadow: 0 1.5px var(--c); }
mark.hit { background: var(--mark); box-shadow: 0 0 0 1px var(--contrast); }
${BRANCHES.light.map((_, i) => `.c${i} { --c: var(--c${i}); }`).join(' ')}
.topics > li { margin: 0 0 0.35rem; font-size: 0.92rem; line-height: 1.4; }
.topics > li > b::before { content: ''; display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.45rem; border-radius: 2px; background: var(--c, var(--track)); translate: 0 1px; }
.topics b { font-size: 0.78rem; font-weight: 500; margin-right: 0.5rem; color: var(--soft); }
.topics a { text-decoration-color: var(--line); text-underline-offset: 0.2em; }
.topics ul { display: flex; flex-wrap: wrap; gap: 0 1.1rem; padding-left: 1.15rem; font: 0.78rem/1.6 var(--sans); color: var(--soft); }
.more { display: block; margin: 0.8rem 0 0; font: 0.85rem var(--sans); }
.bars { display: block; width: 100%; height: auto; max-width: 40rem; font: 11px var(--sans); }
.bars rect { fill: var(--bar); } .bars .rest { fill: transparent; } .bars line { stroke: var(--soft); stroke-dasharray: 3 3; } .bars text { fill: var(--soft); }
@media (min-width: 64rem) {
  .ready main { display: grid; grid-template-columns: minmax(0, 0.9fr) minmax(0, 1fr); gap: 0 2.6rem; align-items: start; }
  .ready .side { position: sticky; top: 4.2rem; max-height: calc(100vh - 4.6rem); overflow-y: auto; padding: 0 0.3rem 2rem; scrollbar-width: thin; }
  .tools:has(output:not(:empty)) ~ main .side { top: 6.1rem; max-height: calc(100vh - 6.5rem); }
  nav a[data-view='tree'] { display: none; }
}
@media (max-width: 63.99rem) {
  .ready body:not([data-view='tree']) .tree, .ready [data-view='tree'] .side { display: none; }
  .side { margin-top: 1rem; }
}
@media (max-width: 40rem) {
  .tools label { flex-basis: 100%; }
  nav { flex: 1; } nav a { flex: auto; text-align: center; padding-inline: 0.4rem; white-space: nowrap; }
  .row.head { display: none; }
  .row { grid-template-columns: 1.6rem auto auto 1fr; column-gap: 0.8rem; padding-bottom: 0.6rem; }
  .row > :first-child { grid-row: 1; grid-column: 1; }
  .row a { grid-row: 1; grid-column: 2 / -1; margin-left: -0.5rem; }
  .row::after { left: 1.9rem; }
  .row b { grid-row: 2; text-align: left; font-size: 0.75rem; }
  .row b:nth-of-type(1) { grid-column: 2; margin-left: -0.5rem; }
  .row b:nth-of-type(2) { grid-column: 3; }
  .row b:nth-of-type(3) { grid-column: 4; }
  .row i { position: static; width: auto; height: auto; clip-path: none; font-style: normal; }
  .row b:nth-of-type(1) i { display: none; }
  .row button { width: 1.6rem; height: 2rem; align-self: start; translate: 0 -0.3rem; }
  .tree li li { margin-left: 0.9rem; }
}
@media print {
  :root { font-size: 10.5pt; }
  body { max-width: none; padding: 0; }
  .tree-tools, .more, .row button::before, .tree details:not([open]) { display: none; }
  .tree ul[hidden]:not(.unprinted) { display: block !important; }
  .tree ul.unprinted { display: none; }
  .row { break-inside: avoid; print-color-adjust: exact; }
  .top { content-visibility: visible; }
  .doc, tr, .picture { break-inside: avoid; }
  .picture { overflow: visible; } .picture svg { min-width: 0; }
  h2, h3 { break-after: avoid; }
  .shares { break-before: page; }
  mark, td { print-color-adjust: exact; }
  .ready main { display: block; }
  .ready .side { position: static; max-height: none; overflow: visible; }
  .ready body:not([data-view='topic'], [data-view='document']) :is(.tree, .side) { display: block !important; }
  body[data-view='topic'] .tree, body[data-view='document'] .tree, body[data-view='found'] .view, body[data-view='documents'] .view { display: none; }
  body:not([data-view='topic'], [data-view='document']) .shares[hidden] { display: block !important; }
}
`;
