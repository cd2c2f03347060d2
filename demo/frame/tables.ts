import { xml } from '#dist/drawings/svg.js';
import type { StyledNet } from './charts.js';
import { percent, secondsText, whole } from './numbers.js';
import type { Tint } from './style.js';
import { type NetResult, secondsOf } from './training.js';

/** `columns` head all but the first, of names. `lines`: as tableRow makes them. */
export function table(columns: readonly string[], lines: readonly string[], style = ''): string {
  return `<div class="scroll" tabindex="0" role="group" aria-label="Table"><table${style && ` class="${style}"`}>
<thead><tr><td></td>${columns.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody></table></div>`;
}

/** Numbers are whole ones. */
export function tableRow(name: string, cells: readonly (string | number)[], style = ''): string {
  const tags = cells.map((cell) => `<td>${typeof cell === 'number' ? whole(cell) : cell}</td>`);
  return `<tr${style && ` class="${style}"`}><th scope="row">${name}</th>${tags.join('')}</tr>`;
}

/** `share`: from 0 to 1. */
export function bar(share: number, style: Tint): string {
  return `<span class="bar ${style}"><span style="width:${(100 * share).toFixed(1)}%"></span></span>`;
}

/** A cell for each net, with a bar that compares it with the largest. */
export function bars(
  nets: readonly StyledNet[],
  value: (net: NetResult) => number,
  text: (value: number) => string,
): string[] {
  const most = Math.max(...nets.map(({ net }) => value(net)));
  return nets.map(({ net, style }) => text(value(net)) + bar(value(net) / most, style));
}

/** How each net did on the test rows. */
export function testRows(nets: readonly StyledNet[], rows: number): string[] {
  return [
    tableRow(
      'Test accuracy',
      nets.map(({ net }) => `<strong>${percent(net.testAccuracy)}</strong>`),
    ),
    tableRow(
      `Errors in ${whole(rows)}`,
      nets.map(({ net }) => errorsOf(net, rows)),
    ),
  ];
}

export function weightRow(nets: readonly StyledNet[]): string {
  return tableRow(
    'Weights and biases',
    bars(nets, ({ weights }) => weights, whole),
  );
}

/** The time in all, and below it that of each phase. */
export function timeRows(nets: readonly StyledNet[]): string[] {
  const names = [...new Set(nets.flatMap(({ net }) => net.phases.map(({ name }) => name)))];
  const cell = ({ phases }: NetResult, name: string) => {
    const phase = phases.find((p) => p.name === name);
    return phase ? secondsText(phase.seconds) : '–';
  };
  return [
    tableRow('Time in all', bars(nets, secondsOf, secondsText)),
    ...names.map((name) =>
      tableRow(
        name,
        nets.map(({ net }) => cell(net, name)),
        'minor',
      ),
    ),
  ];
}

export function namesOf(nets: readonly StyledNet[]): string[] {
  return nets.map(({ net }) => xml(net.name));
}

export function errorsOf({ testAccuracy }: NetResult, rows: number): number {
  return Math.round((1 - testAccuracy) * rows);
}
