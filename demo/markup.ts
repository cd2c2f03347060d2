// What the reports of all demos are built from.
import { escapeHtml } from './drawings.js';
import type { Machine } from './machine.js';

export interface PageParts {
  readonly title: string;
  readonly style: string;
  readonly main: readonly string[];
  /** Script elements after the content. Without any, the page forbids scripts. */
  readonly scripts?: string;
}

/** A whole page: one file that asks the network for nothing, and says so to the browser. */
export function pageOf({ title, style, main, scripts }: PageParts): string {
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'${scripts ? "; script-src 'unsafe-inline'" : ''}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
${main.join('\n')}
</main>
${scripts ? `${scripts}\n` : ''}</body>
</html>
`;
}

/** The page's first words, and its main figures: a value and what it is. */
export function headerOf(heading: string, lead: string, figures: readonly (readonly [string, string])[]): string {
  return `<header>
<p class="brand">Espalier</p>
<h1>${heading}</h1>
<p class="lead">${lead}</p>
<dl class="figures">${figures.map(([value, text]) => `<div><dt>${value}</dt><dd>${text}</dd></div>`).join('')}</dl>
</header>`;
}

export function section(title: string, texts: readonly string[], content: string): string {
  return `<section><div class="text"><h2>${title}</h2>${texts.map((text) => `<p>${text}</p>`).join('')}</div><div class="content">${content}</div></section>`;
}

export function footerOf(facts: readonly (readonly [string, string])[], note: string): string {
  return `<footer>
<dl>${facts.map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join('')}</dl>
<p>${note}</p>
</footer>`;
}

/** Facts of a footer: where the run was, and what it took. */
export function runFacts(machine: Machine, seconds: number, peakBytes: number): [string, string][] {
  return [
    ['Machine', `${escapeHtml(machine.cpu)}, ${machine.cores} cores; one used`],
    ['Runtime', `Node ${escapeHtml(machine.node)}, ${escapeHtml(machine.platform)}, WebAssembly SIMD`],
    ['Run', `${seconds.toFixed(0)}\u00a0s, ${whole(Math.round(peakBytes / 1e6))}\u00a0MB at the peak`],
  ];
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}
