// What the reports of all demos are built from.
import { xml } from '#dist/drawings/svg.js';
import { percent, secondsText, whole } from './numbers.js';
import { inkPng } from './png.js';
import type { Run } from './run.js';
import { colourStyle, type Tint } from './style.js';
import type { NetResult } from './training.js';

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
<style>${colourStyle()}
${style}</style>
</head>
<body>
<main>
${main.join('\n')}
</main>
${scripts ? `${scripts}\n` : ''}</body>
</html>
`;
}

type Figure = readonly [value: string, text: string];

/** The page's first words, and its main figures: a value and what it is. The last is the time. */
export function headerOf(heading: string, lead: string, figures: readonly Figure[], { seconds }: Run): string {
  const all = [...figures, [secondsText(seconds, 0), 'for everything on this page, one thread'] as const];
  return `<header>
<p class="brand">Espalier</p>
<h1>${heading}</h1>
<p class="lead">${lead}</p>
<dl class="figures">${all.map(([value, text]) => `<div><dt>${value}</dt><dd>${text}</dd></div>`).join('')}</dl>
</header>`;
}

/** How much smaller a net is than the dense one. */
export function sizeFigure(net: NetResult, dense: NetResult): Figure {
  const counts = `${whole(net.weights)} of ${whole(dense.weights)}`;
  return [percent(net.weights / dense.weights, 0), `of the dense net’s weights: ${counts}`];
}

export function section(title: string, texts: readonly string[], content: string): string {
  return `<section><div class="text"><h2>${title}</h2>${texts.map((text) => `<p>${text}</p>`).join('')}</div><div class="content">${content}</div></section>`;
}

export interface FooterParts {
  /** What the rows are: 'Rows', 'Images'. */
  readonly unit: string;
  readonly facts?: readonly (readonly [name: string, text: string])[];
  /** What is a function of the seed. */
  readonly seeded: string;
  readonly nets: readonly NetResult[];
  /** The papers, the data and the command. */
  readonly note: string;
}

/** Where the run was, what it took, and what came out to the bit. */
export function footerOf(run: Run, { unit, facts = [], seeded, nets, note }: FooterParts): string {
  const { seed, machine, seconds, peakBytes, rows } = run;
  const all = [
    ['Machine', `${xml(machine.cpu)}, ${machine.cores} cores; one used`],
    ['Runtime', `Node ${xml(machine.node)}, ${xml(machine.platform)}, WebAssembly SIMD`],
    ['Run', `${secondsText(seconds, 0)}, ${whole(Math.round(peakBytes / 1e6))}\u00a0MB at the peak`],
    [unit, `${whole(rows.train)} to train, ${whole(rows.validation)} to validate, ${whole(rows.test)} to test`],
    ...facts,
    ['Seed', `${seed}: ${seeded} are a function of it, the same bits on every machine`],
    ['SHA-256', nets.map(({ name, sha256 }) => `${xml(name)} <code>${sha256.slice(0, 16)}</code>`).join(', ')],
  ];
  return `<footer>
<dl>${all.map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join('')}</dl>
<p>${note}</p>
</footer>`;
}

/** What a net answers: struck out where it is wrong. `style`: of the net, where there are several. */
export function guess(right: boolean, answer: string, probability: number, style?: Tint, more = ''): string {
  const dot = style ? `<i class="${style}"></i>` : '';
  return `<span class="guess ${right ? 'right' : 'wrong'}">${dot}<b>${answer}</b> ${percent(probability, 0)}${more}</span>`;
}

/** A drawing in a panel: one beside the text and one for a phone. */
export function widePanel(draw: (width: number, narrow: boolean) => string, style = ''): string {
  return `<div class="panel${style && ` ${style}`}"><div class="wide">${draw(736, false)}</div><div class="narrow">${draw(340, true)}</div></div>`;
}

/** An image of greys, framed. */
export function ink(pixels: Uint8Array, width: number, description: string): string {
  return `<span class="frame"><img class="ink" src="${inkPng(pixels, width)}" width="${width}" height="${pixels.length / width}" alt="${description}"></span>`;
}
