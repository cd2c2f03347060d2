import { digits } from '#dist/cli/bench/spread.js';
import type { Measured } from '#dist/cli/bench/suite.js';
import { BRANCHES, DARK, LIGHT } from '#dist/drawings/palette.js';
import { drawing, element, group, text } from '#dist/drawings/svg.js';

const [LEFT, RIGHT, ROW] = [450, 540, 17];
/** Of the legend: names a line. */
const NAMES = 4;
const WIDTH = LEFT + RIGHT + 40;
const SCOPE = 'espalier-plot';

/** Light colours, and dark ones where the reader's system is dark. */
export function plotStyle(series: number): string {
  const colours = (palette: typeof LIGHT, branch: readonly string[]) => [
    `.${SCOPE}{fill:${palette.ink};font:11px system-ui,sans-serif}`,
    `.${SCOPE} .paper{fill:${palette.paper}}`,
    `.${SCOPE} .soft{fill:${palette.soft}}`,
    `.${SCOPE} .rule{stroke:${palette.rule}}`,
    `.${SCOPE} .one{stroke:${palette.ink}}`,
    ...Array.from({ length: series }, (_, i) => `.${SCOPE} .s${i}{fill:${branch[i % 8]};stroke:${branch[i % 8]}}`),
    `.${SCOPE} .mark{stroke:${palette.paper}}`,
  ];
  const dark = colours(DARK, BRANCHES.dark).join('');
  return element('style', {}, `${colours(LIGHT, BRANCHES.light).join('')}@media(prefers-color-scheme:dark){${dark}}`);
}

/** Ticks at powers of ten. */
export function powers(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  return Array.from({ length: Math.floor(Math.log10(high) + 1e-9) - first + 1 }, (_, i) => 10 ** (first + i));
}

/** Not JavaScript or WebAssembly. */
const NATIVE = /^(PyTorch|SciPy|PLINK)/;

/** A dot, or a square for those that are native. */
function mark(peer: string, series: number, x: number, y: number, title = ''): string {
  const own = { class: `s${series} mark` };
  return NATIVE.test(peer)
    ? element('rect', { ...own, x: x - 4, y: y - 4, width: 8, height: 8 }, title)
    : element('circle', { ...own, cx: x, cy: y, r: 4.5 }, title);
}

/** How many times the package's time the others take, a row a task, a dot a peer with its quartiles, on a scale of logarithms. */
export function peersPlot(measured: readonly Measured[], ours: string): string {
  const tasks = measured.filter(({ times }) => times.length > 1 && times.some(({ peer }) => peer === ours));
  const named = new Set(tasks.flatMap(({ times }) => times.map(({ peer }) => peer)));
  // Natives last: there are more names than colours, and squares may have those of dots.
  const peers = [...named]
    .filter((peer) => peer !== ours)
    .sort((a, b) => Number(NATIVE.test(a)) - Number(NATIVE.test(b)));
  const top = 46 + 16 * Math.ceil(peers.length / NAMES);
  const ratios = tasks.flatMap(({ times }) => {
    const own = times.find(({ peer }) => peer === ours)!.ms;
    return times.map(({ ms }) => ms / own);
  });
  const [low, high] = [Math.min(0.5, ...ratios) / 1.3, Math.max(2, ...ratios) * 1.3];
  const x = (ratio: number) =>
    LEFT + (RIGHT * Math.log(Math.min(high, Math.max(low, ratio)) / low)) / Math.log(high / low);
  const height = top + ROW * tasks.length + 34;
  const bottom = height - 28;
  const legend = peers.map((peer, i) => {
    const at = { x: 16 + 230 * (i % NAMES), y: 36 + 16 * Math.floor(i / NAMES) };
    return group({}, [mark(peer, i, at.x, at.y - 4), text(at.x + 10, at.y, peer)]);
  });
  const ticks = powers(low, high).map((ratio) =>
    group({}, [
      element('line', { class: ratio === 1 ? 'one' : 'rule', x1: x(ratio), x2: x(ratio), y1: top - 10, y2: bottom }),
      element('g', { class: 'soft', 'text-anchor': 'middle' }, text(x(ratio), bottom + 16, `${digitsOf(ratio)} x`)),
    ]),
  );
  const rows = tasks.map(({ name, shape, times }, row) => {
    const y = top + ROW * row + 8;
    const own = times.find(({ peer }) => peer === ours)!.ms;
    const others = times.filter(({ peer }) => peer !== ours);
    const lines = others.map(({ peer, quartiles: [from, to] }) => {
      const ends = { x1: x(from / own), x2: x(to / own), y1: y, y2: y };
      return element('line', { class: `s${peers.indexOf(peer)}`, 'stroke-width': 2, ...ends });
    });
    const marks = others.map(({ peer, ms }) => {
      const words = `${peer}: ${digits(ms / own)} times`;
      return mark(peer, peers.indexOf(peer), x(ms / own), y, element('title', {}, words));
    });
    const label = element('g', { 'text-anchor': 'end' }, text(LEFT - 8, y + 4, `${name}, ${shape}`));
    return group({}, [label, ...lines, ...marks]);
  });
  const words = `Time of others over ${ours}'s, medians and quartiles; right of 1 x ${ours} is faster; squares are native`;
  return drawing(WIDTH, height, { class: SCOPE }, words, [
    plotStyle(peers.length),
    element('rect', { class: 'paper', width: WIDTH, height }),
    text(16, 18, words),
    ...legend,
    ...ticks,
    ...rows,
  ]);
}

function digitsOf(power: number): string {
  return power >= 1 ? power.toLocaleString('en-US') : String(Number(power.toPrecision(1)));
}
