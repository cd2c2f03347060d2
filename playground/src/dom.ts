// Elements, made and found.

export function $<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector} here`);
  return found;
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element; true stands for an attribute without a value, false and undefined for none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : String(value));
  made.append(...content);
  return made;
}

export function button(words: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = el('button', { type: 'button', ...attributes }, words);
  made.addEventListener('click', act);
  return made;
}

/** A choice with a label of its own. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, words: string])[],
  value: string,
  chosen: (value: string) => void,
): HTMLLabelElement {
  const select = el('select', {}, ...options.map(([key, words]) => new Option(words, key, false, key === value)));
  select.addEventListener('change', () => chosen(select.value));
  return el('label', {}, `${label} `, select);
}

/** A table whose first column names its rows. */
export function table(head: readonly string[], rows: readonly (readonly (Node | string)[])[]): HTMLElement {
  const cells = rows.map(([first, ...rest]) =>
    el('tr', {}, el('th', { scope: 'row' }, first!), ...rest.map((cell) => el('td', {}, cell))),
  );
  const names = el('tr', {}, ...head.map((name) => el('th', { scope: 'col' }, name)));
  const made = el('table', {}, el('thead', {}, names), el('tbody', {}, ...cells));
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': head.join(', ') }, made);
}

/** Saves it under a name. */
export function download(name: string, content: BlobPart, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A share as a bar, from 0 to 1; orange below 0. */
export function bar(share: number): HTMLElement {
  const made = el('span', { class: share < 0 ? 'bar less' : 'bar', 'aria-hidden': 'true' });
  made.style.setProperty('--share', String(Math.min(1, Math.abs(share))));
  return made;
}

export function rounded(x: number): string {
  return String(Number(x.toPrecision(Math.abs(x) < 1000 ? 3 : 5)));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
