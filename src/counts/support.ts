import type { DiscretiseOptions } from '../structure/variables.js';
import { countedVariables, type SurveyCut } from './survey/counted.js';
import { ItemBuilder } from './survey/items.js';
import type { Survey } from './survey/survey.js';

/**
 * A cut without the variables that are 1 in fewer than `least` rows of all parts. The others keep their names; where they have none, their numbers are their names.
 * @throws RangeError for what are no sparse rows cut at a number, and where no variable is left
 */
export function withSupport(
  { content }: Survey,
  cut: SurveyCut,
  { threshold = 'auto', bins }: DiscretiseOptions,
  least: number,
): SurveyCut {
  if (
    content.kind !== 'sparse' ||
    bins !== undefined ||
    threshold === 'mean' ||
    (threshold !== 'auto' && threshold < 0)
  )
    throw new RangeError(
      'minSupport: expected sparse rows that are 1 above a number from 0, got others; of texts minDocuments leaves words out',
    );
  const limit = threshold === 'auto' ? 0 : threshold;
  const { variables } = cut;
  const place = new Int32Array(variables.variables).fill(-1);
  const names: string[] = [];
  for (let v = 0; v < place.length; v++) {
    const { sorted, ends } = content.census.numbers(v).present();
    let support = 0;
    for (let i = 0; i < sorted.length; i++) if (sorted[i]! > limit) support += ends![i]! - (ends![i - 1] ?? 0);
    if (support < least) continue;
    place[v] = names.length;
    names.push(variables.names?.[v] ?? String(v));
  }
  if (names.length === 0) throw new RangeError(`minSupport: expected a variable that is 1 in ${least} rows, got none`);
  return {
    ...cut,
    variables: countedVariables({ variables: names.length, names }, [variables.vocabulary, least]),
    items: (batch) => {
      const { rows, start, index } = cut.items(batch);
      const items = new ItemBuilder(rows);
      for (let r = 0; r < rows; r++) {
        for (let e = start[r]!; e < start[r + 1]!; e++) {
          const item = place[index[e]!]!;
          if (item >= 0) items.add(item);
        }
        items.endRow();
      }
      return items.finish();
    },
  };
}
