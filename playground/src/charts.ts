// Loss and accuracy by epoch, as they come.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { el } from './dom.js';
import { gatesOpen, type Runner } from './training.js';

const HEIGHT = 190;

interface Chart {
  readonly plot: uPlot;
  readonly values: (runner: Runner) => readonly (readonly (number | null)[])[];
}

/** Two charts over the same epochs; colours follow the page's. */
export class Charts {
  readonly box = el('div', { class: 'charts' });
  private charts: Chart[] = [];
  private due = false;

  constructor(
    private readonly runners: readonly Runner[],
    private readonly metric: 'accuracy' | 'rmse',
  ) {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.build());
    new ResizeObserver(() => this.resize()).observe(this.box);
  }

  /** Draws what is there, with the next frame. */
  draw(): void {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      if (this.charts.length === 0 && this.box.clientWidth > 0) this.build();
      for (const chart of this.charts) chart.plot.setData(this.dataOf(chart));
    });
  }

  private build(): void {
    for (const { plot } of this.charts) plot.destroy();
    const loss = ({ records }: Runner) => [
      records.map((record) => record.loss),
      records.map((record) => record.validation?.loss ?? null),
    ];
    const metric = ({ records }: Runner) => [records.map((record) => record.validation?.[this.metric] ?? null)];
    const hasGates = this.runners.some(({ method }) => method === 'gaternet');
    const rows = hasGates ? 'images' : 'rows';
    const title =
      this.metric === 'accuracy' ? `Accuracy on ${rows} not learned from` : `Error on ${rows} not learned from (RMSE)`;
    const open = ({ records }: Runner) => [records.map((record) => gatesOpen(record.validation) ?? null)];
    this.box.replaceChildren();
    this.charts = [
      this.chart('Loss', ['in training', `on ${rows} not learned from`], loss),
      this.chart(title, [`on ${rows} not learned from`], metric),
      ...(hasGates ? [this.chart(`Share of gates open, on ${rows} not learned from`, ['gates open'], open)] : []),
    ];
    for (const chart of this.charts) chart.plot.setData(this.dataOf(chart));
  }

  private chart(title: string, kinds: readonly string[], values: Chart['values']): Chart {
    const style = getComputedStyle(document.documentElement);
    const [ink, line, ...colours] = ['--soft', '--line', '--bar', '--contrast'].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    const axis = {
      stroke: ink!,
      grid: { stroke: line!, width: 1 },
      ticks: { stroke: line!, width: 1 },
      font: '12px system-ui',
    };
    const series = this.runners.flatMap(({ name }, r) =>
      kinds.map((kind, k) => ({
        label: `${name} ${kind}`,
        stroke: colours[r]!,
        width: 2,
        points: { show: false },
        ...(kinds.length > 1 && k === 0 ? { dash: [4, 4] } : {}),
      })),
    );
    const figure = el('figure', {}, el('figcaption', {}, title));
    this.box.append(figure);
    const plot = new uPlot(
      {
        width: this.width(),
        height: HEIGHT,
        scales: { x: { time: false } },
        legend: { show: false },
        cursor: { show: false },
        axes: [
          { ...axis, label: '', size: 28 },
          { ...axis, size: 52 },
        ],
        series: [{}, ...series],
      },
      [[]],
      figure,
    );
    plot.root.setAttribute('role', 'img');
    plot.root.setAttribute('aria-label', `${title}, by epoch`);
    return { plot, values };
  }

  private dataOf({ values }: Chart): uPlot.AlignedData {
    const epochs = this.runners.reduce((most, { records }) => Math.max(most, records.at(-1)?.epoch ?? 0), 0);
    const x = Array.from({ length: epochs }, (_, i) => i + 1);
    return [x, ...this.runners.flatMap((runner) => values(runner).map((list) => x.map((_, i) => list[i] ?? null)))];
  }

  private width(): number {
    const inner = this.box.clientWidth;
    return Math.max(200, inner > 640 ? Math.floor((inner - 24) / 2) : inner);
  }

  private resize(): void {
    for (const { plot } of this.charts)
      if (plot.width !== this.width()) plot.setSize({ width: this.width(), height: HEIGHT });
  }
}
