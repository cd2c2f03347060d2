// The options of a method as a form, made of their declarations.
import type { DeclaredMethod, Field } from 'virtual:declared';
import { el } from './dom.js';

export interface Chosen {
  /** Options of the net, and of its fit. */
  readonly net: Record<string, unknown>;
  readonly fit: Record<string, unknown>;
}

/** Fields of all options that a form can give; those that matter first, the others folded. */
export function optionFields(method: DeclaredMethod): HTMLElement[] {
  const [first, others] = [true, false].map((is) => method.fields.filter((field) => field.first === is));
  return [
    el('div', { class: 'fields' }, ...first!.map(fieldOf)),
    el(
      'details',
      {},
      el('summary', {}, `${others!.length} more options`),
      el('div', { class: 'fields' }, ...others!.map(fieldOf)),
    ),
  ];
}

function fieldOf(field: Field): HTMLElement {
  const { path, doc, expected, initial, kind, beginning } = field;
  const id = `option-${field.of}-${path.join('-')}`;
  const common = { id, name: id, 'aria-describedby': `${id}-doc` };
  const input =
    kind === 'choice'
      ? el(
          'select',
          common,
          new Option('auto', ''),
          ...field.choices!.map((one) => new Option(one, one, false, one === beginning)),
        )
      : el('input', {
          ...common,
          type: 'text',
          value: beginning,
          inputmode: kind === 'integer' ? 'numeric' : kind === 'number' ? 'decimal' : 'text',
          placeholder: initial.length > 0 && initial.length < 9 ? initial : 'auto',
          autocomplete: 'off',
        });
  const shape =
    kind === 'groups'
      ? ` Written ${field.members!.join(':')}, commas between layers.`
      : kind === 'list'
        ? ' Commas between them.'
        : '';
  const standard = initial === '' ? '' : ` Without it: ${initial}.`;
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, words(path)),
    input,
    el(
      'details',
      { class: 'doc' },
      el('summary', { 'aria-label': `About ${words(path)}` }, '?'),
      el('p', { id: `${id}-doc` }, `${doc} Expected ${expected}.${shape}${standard}`),
    ),
  );
}

/** skipPaths.units: skip paths, units. */
function words(path: readonly string[]): string {
  return path.map((part) => part.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)).join(', ');
}

/** What was filled in; whether it will do the library says. */
export function chosenOptions(form: HTMLFormElement, method: DeclaredMethod): Chosen {
  const chosen: Chosen = { net: {}, fit: {} };
  const given = new FormData(form);
  for (const field of method.fields) {
    const text = String(given.get(`option-${field.of}-${field.path.join('-')}`) ?? '').trim();
    if (text === '') continue;
    let into = chosen[field.of];
    for (const part of field.path.slice(0, -1)) {
      into[part] ??= {};
      into = into[part] as Record<string, unknown>;
    }
    into[field.path.at(-1)!] = givenAs(field, text);
  }
  return chosen;
}

function givenAs({ kind, flag, members }: Field, text: string): unknown {
  // As on a command line.
  if (kind === 'text') return text === 'none' ? false : text;
  if (kind === 'choice') return flag ? text === 'yes' : text;
  if (kind === 'list') return text.split(',').map(numberOf);
  if (kind !== 'groups') return numberOf(text);
  return text.split(',').map((one) => {
    const parts = one.split(':').map((part, i) => [members![i] ?? `part ${i + 1}`, numberOf(part)] as const);
    return Object.fromEntries(parts);
  });
}

/** What is no number goes on as it is, so that the library refuses it in its words. */
function numberOf(text: string): unknown {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return trimmed === '' || Number.isNaN(number) ? trimmed : number;
}
