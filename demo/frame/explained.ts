// What single predictions rest on, as the reports tell it.
import type { Dataset, ExplainRowOptions, FeedforwardNet, RowExplanation } from 'espalier';
import { xml } from '#dist/drawings/svg.js';
import { sum } from './numbers.js';
import type { NetResult } from './training.js';

export interface Explained extends RowExplanation {
  /** The class set against the answer. */
  readonly against: number;
  /** The row's own. */
  readonly label: number;
}

/** The first test row that `net` answers rightly, set against the class that came next, and the first that it answers wrongly, against the right one. */
export async function explainAnswers(
  net: FeedforwardNet,
  test: Dataset,
  { classes, outputs }: Pick<NetResult, 'classes' | 'outputs'>,
  options: ExplainRowOptions,
  fits: (row: number) => boolean = () => true,
): Promise<Explained[]> {
  const labels = test.targets!.values;
  const rows = Array.from(classes.keys()).filter(fits);
  const first = [true, false].flatMap((right) => rows.find((row) => (classes[row] === labels[row]) === right) ?? []);
  const width = outputs.length / classes.length;
  const explained: Explained[] = [];
  for (const row of first) {
    const output = classes[row]!;
    const label = labels[row]!;
    const others = Array.from({ length: width }, (_, c) => (c === output ? -1 : outputs[row * width + c]!));
    const against = label === output ? others.indexOf(Math.max(...others)) : label;
    explained.push({ ...(await net.explainRow(test, { ...options, row, output, against })), against, label });
  }
  return explained;
}

/** With its sign. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : (value < 0 ? '−' : '+') + text;
}

/** A line for each with a bar from the middle: to the right for the answer, to the left against it. */
export function signedBars(
  title: string,
  lines: readonly { readonly name: string; readonly note?: string; readonly value: number }[],
): string {
  const most = Math.max(...lines.map(({ value }) => Math.abs(value))) || 1;
  const items = lines.map(({ name, note, value }) => {
    const width = (50 * Math.abs(value)) / most;
    const left = value < 0 ? 50 - width : 50;
    const small = note === undefined ? '' : ` <small>${xml(note)}</small>`;
    return `<li><span>${xml(name)}${small}</span><i class="${value < 0 ? 'orange' : 'green'}"><b style="left:${left.toFixed(1)}%;width:${width.toFixed(1)}%"></b></i><span>${signed(value)}</span></li>`;
  });
  return `<figure class="signed"><figcaption>${xml(title)}</figcaption><ul>${items.join('')}</ul></figure>`;
}

/** How the parts sum up, and what is left. `shown`: units told of; `features`: what they are; `none`: the row without any. */
export function sumNote(e: Explained, shown: number, features: string, none: string): string {
  const { total, baseline, error, bias } = e;
  const units = e.units.slice(0, shown);
  const told = sum(units.map(({ contribution }) => contribution));
  return `<p class="note">The output for the answer less that for the other: ${signed(total)} nats. ${none} it is ${signed(baseline)}; ${features} add ${signed(total - baseline - error)}, and ${signed(error, 4)} is left as error. By units: the ${units.length} shown ${signed(told)}, all others ${signed(total - bias - told)}, bias ${signed(bias)}.</p>`;
}
