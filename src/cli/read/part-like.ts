import { indexBase } from '../../counts/survey/cut.js';
import type { Survey } from '../../counts/survey/survey.js';
import type { PartOptions } from './part.js';

/** How a part is read that goes by a survey: by its columns, its header and its marks. Of texts nothing. */
export function partLike({ content, how }: Survey): Pick<PartOptions, 'columns' | 'zeroBased' | 'cells'> {
  if (content.kind === 'sparse') {
    const { columns, zeroBased } = how;
    return {
      ...(typeof columns === 'number' ? { columns } : {}),
      zeroBased: typeof zeroBased === 'boolean' ? zeroBased : indexBase(content, zeroBased) === 0,
    };
  }
  if (content.kind !== 'cells') return {};
  const { names, columns, dialect } = content;
  return {
    cells: {
      missingMarks: how.missingMarks as string[],
      spelled: new Set(how.categorical as string[]),
      like: {
        names: names ?? columns.map((_, place) => `column${place}`),
        dialect: { ...dialect!, decimal: dialect!.decimal || '.' },
      },
    },
  };
}
