// A form for one row, made of the columns that the net takes.
import type { TableSchema } from 'espalier/read';

const DAY = 86_400_000;

/** Fields for all columns of features, filled with the row given. */
export function fill(form: HTMLFormElement, schema: TableSchema, row: Readonly<Record<string, string>>): void {
  const fields = schema.columns.map((column) => {
    const first = row[column.name] ?? '';
    const label = document.createElement('label');
    label.append(column.name);
    if (column.kind === 'categorical') {
      const select = document.createElement('select');
      select.append(...column.categories.map((name) => new Option(name, name, false, name === first)));
      label.append(select);
    } else {
      const input = document.createElement('input');
      const isDate = column.kind === 'date';
      Object.assign(
        input,
        isDate ? { type: 'text', placeholder: 'YYYY-MM-DD' } : { type: 'text', inputMode: 'decimal' },
      );
      input.value = isDate && first !== '' ? new Date(Number(first) * DAY).toISOString().slice(0, 10) : first;
      label.append(input);
    }
    label.lastElementChild!.setAttribute('name', column.name);
    return label;
  });
  const button = Object.assign(document.createElement('button'), {
    type: 'submit',
    textContent: 'Predict',
    className: 'main',
  });
  form.replaceChildren(...fields, button);
}

export function rowOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries(Array.from(new FormData(form), ([name, value]) => [name, String(value)]));
}
