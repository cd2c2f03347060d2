// What units of a net stand for, and what a single prediction rests on.
import type { RemoteDataset } from 'espalier/worker';
import { bar, el, percent, rounded, table } from './dom.js';
import type { RowNet } from './training.js';

const UNITS = 12;

export async function unitParts(net: RowNet, rows: RemoteDataset, signal: AbortSignal): Promise<HTMLElement> {
  const { layers, skipPaths } = await net.explain(rows, { top: 6, signal });
  const units = [
    ...layers.flatMap(({ layer, units }) => units.map((unit) => ({ ...unit, where: `layer ${layer + 1}` }))),
    ...skipPaths.flatMap(({ from, units }) => units.map((unit) => ({ ...unit, where: `skip from ${from}` }))),
  ];
  units.sort((a, b) => (b.coherence ?? -2) - (a.coherence ?? -2) || b.activity - a.activity);
  const lines = units
    .slice(0, UNITS)
    .map(({ where, unit, kind, features, coherence, activity }) => [
      el('span', { class: 'text' }, features.map(({ name }) => name).join(', ') || 'nothing of its own'),
      `${where}, ${unit}`,
      kind,
      percent(activity),
      coherence === null ? '–' : coherence.toFixed(2),
    ]);
  return el(
    'div',
    {},
    el(
      'p',
      { class: 'hint' },
      `The ${lines.length} most coherent of ${units.length} units, by the features that go with them. A sparse unit sees one receptive field, a global one all of the layer below; a skip leads straight to the output. Coherence: 1 where its features always meet, 0 where they meet by chance, – where it cannot be told.`,
    ),
    table(['Features', 'Unit', 'Sees', 'On in', 'Coherence'], lines),
  );
}

/** What was to be predicted. */
async function truthOf(rows: RemoteDataset, row: number): Promise<string | undefined> {
  if (!(row >= 0 && row < rows.rows)) return undefined;
  const one = await rows.subset([row]);
  try {
    const { targets } = await one.local();
    if (targets?.kind === 'values' && targets.outputs === 1) return rounded(targets.values[0]!);
    return targets?.kind === 'classes'
      ? (targets.names?.[targets.values[0]!] ?? `class ${targets.values[0]}`)
      : undefined;
  } finally {
    await one.dispose();
  }
}

/** `row` of the rows held out. */
export async function rowParts(
  net: RowNet,
  rows: RemoteDataset,
  row: number,
  signal: AbortSignal,
): Promise<HTMLElement> {
  const truth = await truthOf(rows, row);
  const told = await net.explainRow(rows, { row, top: 8, signal });
  const says = told.scale === 'logit' ? `${percent(told.prediction)} for ${told.name}` : `${rounded(told.prediction)}`;
  const most = Math.max(...told.features.map(({ contribution }) => Math.abs(contribution)), 1e-12);
  const lines = told.features.map(({ name, value, contribution }) => [
    name,
    value === null ? 'missing' : typeof value === 'number' ? rounded(value) : value,
    el(
      'span',
      { class: 'share' },
      bar(contribution / most),
      `${contribution < 0 ? '−' : '+'}${rounded(Math.abs(contribution))}`,
    ),
  ]);
  return el(
    'div',
    {},
    el('p', { class: 'answer' }, `The net says ${says}.`),
    ...(truth === undefined ? [] : [el('p', { id: 'truth' }, `In truth it is ${truth}.`)]),
    el(
      'p',
      { class: 'hint' },
      `What each feature adds, ${told.scale === 'logit' ? 'on the scale of logits (1 more makes its odds 2.7 times as high, all else the same), ' : ''}beginning at ${rounded(told.baseline)}, which the net says of a row that tells nothing; all others together add ${rounded(told.otherFeatures)}.`,
    ),
    table(['Feature', 'Here', 'Adds'], lines),
  );
}
