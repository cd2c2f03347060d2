import type { EpochRecord } from 'espalier';
import { type ChartOptions, escapeHtml, lineChart, type Series } from './drawings.js';
import type { NetResult } from './training.js';

/** A net and the class that colours it. */
export interface StyledNet {
  readonly net: NetResult;
  readonly style: string;
}

/** How training went, by epoch; the last by time, what came before training included. */
export function trainingCharts(nets: readonly StyledNet[]): ChartOptions[] {
  const byEpoch = (value: (record: EpochRecord) => number): Series[] =>
    nets.map(({ net, style }) => ({
      name: net.name,
      style,
      points: net.history.map((record) => [record.epoch, value(record)]),
    }));
  const accuracy = ({ validation }: EpochRecord) => 100 * validation!.accuracy!;
  const byTime = nets.map(({ net, style }): Series => {
    let at = net.phases.slice(0, -1).reduce((sum, { seconds }) => sum + seconds, 0);
    const points = net.history.map((record): [number, number] => {
      at += record.seconds;
      return [at, accuracy(record)];
    });
    return { name: net.name, style, points };
  });
  const plain = (y: number) => String(Number(y.toFixed(4)));
  return [
    { title: 'Training loss', x: 'epoch', series: byEpoch(({ loss }) => loss), format: plain, yFrom: 0, xFrom: 1 },
    {
      title: 'Validation loss',
      x: 'epoch',
      series: byEpoch(({ validation }) => validation!.loss),
      format: plain,
      yFrom: 0,
      xFrom: 1,
    },
    { title: 'Validation accuracy', x: 'epoch', series: byEpoch(accuracy), format: asPercent, xFrom: 1 },
    { title: 'Validation accuracy, by time', x: 'seconds, structure included', series: byTime, format: asPercent },
  ];
}

/** A tick of an axis that counts per cent. */
export function asPercent(y: number): string {
  return `${Number(y.toFixed(2))}\u00a0%`;
}

export function netLegend(nets: readonly StyledNet[]): string {
  return `<ul class="legend lines">${nets.map(({ net, style }) => `<li class="${style}">${escapeHtml(net.name)}</li>`).join('')}</ul>`;
}

export function chartGrid(charts: readonly ChartOptions[]): string {
  return `<div class="charts">${charts.map((chart) => `<figure><figcaption>${escapeHtml(chart.title)}</figcaption>${lineChart(chart)}</figure>`).join('')}</div>`;
}
