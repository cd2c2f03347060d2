// The learning curve, as a small drawing: loss on the training rows and on those that choose the epoch.
import type { EpochRecord } from 'espalier';

const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 10;

/**
 * @param epochs how many there will be
 * @param width of the drawing, px
 */
export function curve(records: readonly EpochRecord[], epochs: number, width: number): string {
  const lines = {
    train: records.map(({ loss }) => loss),
    held: records.flatMap(({ validation }) => validation?.loss ?? []),
  };
  const most = Math.max(...lines.train, ...lines.held);
  const x = (i: number) => LEFT + ((width - LEFT - 8) * i) / Math.max(1, epochs - 1);
  const y = (loss: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (most > 0 ? loss / most : 0));
  const path = (name: keyof typeof lines) => {
    const points = lines[name].map((loss, i) => `${x(i).toFixed(1)},${y(loss).toFixed(1)}`);
    // A line of one point is drawn by its round ends.
    return `<polyline class="${name}" points="${points.concat(points.length === 1 ? points : []).join(' ')}"/>`;
  };
  const mark = (loss: number) =>
    `<path class="rule" d="M${LEFT} ${y(loss)}H${width}"/><text x="${LEFT - 6}" y="${y(loss) + 4}" text-anchor="end">${loss.toPrecision(2)}</text>`;
  return `<figure>
    <svg width="${width}" height="${HEIGHT}" role="img" aria-label="Loss by epoch, ${records.length} of ${epochs}">
      ${mark(most)}${mark(most / 2)}<path class="rule" d="M${LEFT} ${y(0)}H${width}"/>
      <text x="${LEFT}" y="${HEIGHT - 6}">1</text><text x="${width - 8}" y="${HEIGHT - 6}" text-anchor="end">${epochs}</text>
      ${path('train')}${path('held')}
    </svg>
    <figcaption><span class="key train"></span>loss in training <span class="key held"></span>loss on rows not learned from</figcaption>
  </figure>`;
}
