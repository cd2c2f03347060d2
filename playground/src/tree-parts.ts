// What drawings of trees and of topics have around them: a search, what is chosen, the way home.
import { button, el } from './dom.js';
import type { Viewport } from './viewport.js';

/** Names listed of a search. */
export const LISTED = 40;

/** Where the focus was in what goes, it goes to the new heading: keys walk on from there. */
export function renew(about: HTMLElement, parts: readonly HTMLElement[]): void {
  const isHere = about.contains(document.activeElement);
  about.replaceChildren(...parts);
  const heading = about.querySelector('h3');
  if (!isHere || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** A search whose finds are buttons; without words the first are listed. */
export function searchBox<T>(
  label: string,
  find: (asked: string) => readonly T[],
  name: (found: T) => string,
  choose: (found: T) => void,
): HTMLElement {
  const input = el('input', {
    type: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: label,
    'aria-label': label,
  });
  const list = el('ul', { class: 'found' });
  const count = el('p', { class: 'hint', role: 'status' });
  const show = () => {
    const asked = input.value.trim().toLowerCase();
    const found = find(asked);
    count.textContent = asked === '' ? '' : `${found.length} found`;
    list.replaceChildren(
      ...found.slice(0, LISTED).map((one) =>
        el(
          'li',
          {},
          button(name(one), () => choose(one)),
        ),
      ),
    );
  };
  input.addEventListener('input', show);
  input.addEventListener('keydown', (event) => {
    const [first] = find(input.value.trim().toLowerCase());
    if (event.key === 'Enter' && first !== undefined) choose(first);
  });
  show();
  return el('div', { class: 'search' }, input, count, list);
}

export function buttons(made: readonly (readonly [string, () => void | Promise<void>])[]): HTMLElement {
  return el(
    'p',
    { class: 'buttons' },
    'Take it home: ',
    ...made.map(([words, act]) => button(words, () => void act())),
  );
}

export function sideBySide(view: Viewport, side: readonly HTMLElement[]): HTMLElement {
  const zooms = el(
    'div',
    { class: 'zooms' },
    button('+', () => view.zoom(1.4), { 'aria-label': 'Zoom in' }),
    button('−', () => view.zoom(1 / 1.4), { 'aria-label': 'Zoom out' }),
    button('All', () => view.all(), { 'aria-label': 'Show all' }),
  );
  return el(
    'div',
    { class: 'pair' },
    el('div', { class: 'frame' }, view.box, zooms),
    el('div', { class: 'side' }, ...side),
  );
}
