import { type GateReport, gateKind } from 'espalier';
import { element, fixed, title } from '#dist/drawings/svg.js';

/** Units of a barcode, which is stretched to its place. */
const BARCODE = { width: 192, height: 96 };

/** A row for each block, a bar for each filter that is open. */
export function barcode(
  open: ArrayLike<number>,
  { blocks, openRate }: GateReport,
  order: readonly (readonly number[])[],
): string {
  const height = BARCODE.height / blocks.length;
  const paths = { ground: '', always: '', open: '' };
  let total = 0;
  blocks.forEach(({ count }, b) => {
    const width = BARCODE.width / count;
    const box = (i: number) => `M${fixed(i * width)} ${fixed(b * height)}`;
    const shape = (length: number) => `h${fixed(length * width)}v${fixed(height * 0.82)}h-${fixed(length * width)}z`;
    paths.ground += box(0) + shape(count);
    order[b]!.forEach((gate, i) => {
      if (open[gate] !== 1) return;
      total++;
      paths[gateKind(openRate[gate]!) === 'on' ? 'always' : 'open'] += box(i) + shape(1);
    });
  });
  const label = `${total} of ${openRate.length} filters open`;
  const box = { class: 'barcode', viewBox: `0 0 ${BARCODE.width} ${fixed(BARCODE.height - 0.18 * height)}` };
  return element(
    'svg',
    { ...box, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    title(label),
    ...Object.entries(paths).map(([kind, d]) => element('path', { class: kind, d })),
  );
}

/** The gates of each block, those that open most often first. */
export function byRate({ blocks, openRate }: GateReport): number[][] {
  return blocks.map(({ first, count }) =>
    Array.from({ length: count }, (_, i) => first + i).sort((a, b) => openRate[b]! - openRate[a]! || a - b),
  );
}
