// Which filters are open, a row of cells a layer.
import type { GateLayout } from 'espalier';
import { el, percent } from './dom.js';

export interface GateLayers {
  readonly box: HTMLElement;
  /** Of one picture, 0 or 1 each; undefined for none. */
  show(gates: Float32Array | undefined): void;
}

export function gateLayers(layout: GateLayout): GateLayers {
  const all = layout.reduce((sum, { count }) => sum + count, 0);
  const rows = layout.map(({ name, first, count }) => {
    const cells = Array.from({ length: count }, () => el('i'));
    const row = el('span', { class: 'cells', role: 'img' }, ...cells);
    const share = el('span', { class: 'open-share' });
    return { name, first, count, cells, row, share };
  });
  const total = el('p', { class: 'facts', id: 'open-in-all' });
  const lines = rows.map(({ name, row, share }) =>
    el('li', {}, el('span', { class: 'layer' }, words(name)), row, share),
  );
  const show = (gates: Float32Array | undefined) => {
    let open = 0;
    for (const { name, first, count, cells, row, share } of rows) {
      let here = 0;
      for (const [i, cell] of cells.entries()) {
        const isOpen = gates !== undefined && gates[first + i]! > 0;
        cell.className = isOpen ? 'open' : '';
        if (isOpen) here++;
      }
      open += here;
      share.textContent = gates ? `${here} of ${count}` : '';
      row.setAttribute(
        'aria-label',
        gates ? `${words(name)}: ${here} of ${count} filters open` : `${words(name)}: no picture yet`,
      );
    }
    total.textContent = gates
      ? `${open} of ${all} filters that have a gate are open, ${percent(open / all)}.`
      : `${all} filters have a gate.`;
  };
  show(undefined);
  return { box: el('div', {}, total, el('ul', { class: 'layers' }, ...lines)), show };
}

/** stage1.block2.conv1: stage 1, block 2, conv 1; layers.0.conv1, which counts from 0: layer 1, conv 1. */
function words(name: string): string {
  return name
    .replace(/^layers\.(\d+)/, (_, layer) => `layer${Number(layer) + 1}`)
    .split('.')
    .map((part) => part.replace(/(\d+)$/, ' $1'))
    .join(', ');
}
