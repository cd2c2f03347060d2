// How good a net is, beside knowing nothing, and class by class: most rows of one class make a high accuracy cheap.
import { el, percent, rounded, table } from './dom.js';
import type { Data } from './reading.js';
import type { Runner } from './training.js';

/** Lines of classes. */
const CLASSES = 20;

/** Empty as long as the test rows are not seen. */
export function judgedParts({ evaluation }: Runner, data: Data): HTMLElement[] {
  if (!evaluation) return [];
  const { majorityAccuracy, largestClass, meanOnlyRmse, confusion, recall, precision } = evaluation;
  const hint = (words: string) => el('p', { class: 'hint' }, words);
  if (meanOnlyRmse !== undefined)
    return [
      hint(
        `The error is the root of the mean square (RMSE), in the unit of what is predicted. Always saying the mean would give ${rounded(meanOnlyRmse)}.`,
      ),
    ];
  if (majorityAccuracy === undefined) return [];
  const targets = data.data?.targets;
  const nameOf = (c: number) => targets?.names?.[c] ?? String(c);
  const always = largestClass === undefined ? 'the most frequent class' : `“${nameOf(largestClass)}”`;
  const parts = [hint(`Always saying ${always} would be right in ${percent(majorityAccuracy)} of the test.`)];
  if (!confusion || !recall || !precision) return parts;
  const shown = (share: number | null | undefined) => (share == null ? '–' : percent(share));
  const lines = confusion
    .slice(0, CLASSES)
    .map((row, c) => [
      nameOf(c),
      String(row.reduce((sum, count) => sum + count, 0)),
      shown(recall[c]),
      shown(precision[c]),
    ]);
  const rest = confusion.length - lines.length;
  return [
    ...parts,
    el(
      'details',
      { class: 'explained', id: 'by-class' },
      el('summary', {}, 'Class by class'),
      table(['Class', 'In the test', 'Of these found', 'Right when said'], lines),
      ...(rest > 0 ? [hint(`And ${rest} more classes.`)] : []),
    ),
  ];
}
