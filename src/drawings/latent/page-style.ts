import { BASE_STYLE } from '../page/style.js';

/** The style sheet of latentTreeToHtml's pages. */
export const PAGE_STYLE = `${BASE_STYLE}
body { max-width: 48rem; margin: 0 auto; padding: clamp(1.2rem, 5vw, 4rem) clamp(0.8rem, 4vw, 2rem) 5rem; }
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
table { width: calc(100% - 1.4rem); margin: 0.1rem 0 1rem 1.4rem; font-size: 0.95rem; }
td, thead th + th { width: 7.5rem; }
thead th + th + th, td + td { width: 4.4rem; color: var(--faint); }
tr.hit th { background: linear-gradient(90deg, var(--mark), transparent min(100%, 14rem)); }
@media (max-width: 34rem) {
  summary { grid-template-columns: 0.9rem minmax(0, 1fr) 3.6rem; }
  summary i { display: none; }
  td, thead th + th { width: 6rem; }
  .tools label { flex-basis: 100%; }
  .tools button { flex: 1; }
}
@media print { details { content-visibility: visible; } }
`;
