import type { EpochRecord } from 'espalier';
import { xml } from '#dist/drawings/svg.js';
import { type ChartOptions, lineChart, type Series } from './line-chart.js';
import { sum } from './numbers.js';
import type { Tint } from './style.js';
import type { NetResult } from './training.js';

/** A net and its colour. */
export interface StyledNet {
  readonly net: NetResult;
  readonly style: Tint;
}

/** Of a net's epoch; what was not recorded is left out. */
type OfEpoch = (record: EpochRecord, net: NetResult) => number | undefined;

/** A line for each net that has something to show. */
export function byEpoch(
  title: string,
  nets: readonly StyledNet[],
  value: OfEpoch,
  axis: Pick<ChartOptions, 'format' | 'yFrom'>,
): ChartOptions {
  const series = nets.map(({ net, style }) => ({
    name: net.name,
    style,
    points: net.history.flatMap((record): [number, number][] => {
      const y = value(record, net);
      return y === undefined ? [] : [[record.epoch, y]];
    }),
  }));
  return { title, x: 'epoch', xFrom: 1, series: series.filter(({ points }) => points.length > 0), ...axis };
}

export const LOSS = { format: (y: number) => String(Number(y.toFixed(4))), yFrom: 0 };
export const SHARE = { format: (y: number) => `${Number(y.toFixed(2))}\u00a0%` };

export function trainingLoss(nets: readonly StyledNet[]): ChartOptions {
  return byEpoch('Training loss', nets, ({ loss }) => loss, LOSS);
}

export function validationLoss(nets: readonly StyledNet[]): ChartOptions {
  return byEpoch('Validation loss', nets, ({ validation }) => validation?.loss, LOSS);
}

/** Per cent. `counts` says of which epochs it means anything. Default: of all. */
export function accuracyByEpoch(
  nets: readonly StyledNet[],
  counts: (record: EpochRecord, net: NetResult) => boolean = () => true,
): ChartOptions {
  const value: OfEpoch = (record, net) => (counts(record, net) ? accuracyOf(record) : undefined);
  return byEpoch('Validation accuracy', nets, value, SHARE);
}

/** What came before training is included. */
export function accuracyByTime(nets: readonly StyledNet[]): ChartOptions {
  const series = nets.map(({ net, style }): Series => {
    let at = sum(net.phases.slice(0, -1).map(({ seconds }) => seconds));
    const points = net.history.map((record): [number, number] => {
      at += record.seconds;
      return [at, accuracyOf(record)!];
    });
    return { name: net.name, style, points };
  });
  return { title: 'Validation accuracy, by time', x: 'seconds, structure included', series, ...SHARE };
}

function accuracyOf({ validation }: EpochRecord): number | undefined {
  return validation?.accuracy === undefined ? undefined : 100 * validation.accuracy;
}

export function netLegend(nets: readonly StyledNet[]): string {
  return `<ul class="legend lines">${nets.map(({ net, style }) => `<li class="${style}">${xml(net.name)}</li>`).join('')}</ul>`;
}

/** The charts that have something to show. */
export function chartGrid(charts: readonly ChartOptions[]): string {
  const figures = charts
    .filter(({ series }) => series.length > 0)
    .map((chart) => `<figure><figcaption>${xml(chart.title)}</figcaption>${lineChart(chart)}</figure>`);
  return `<div class="charts">${figures.join('')}</div>`;
}
