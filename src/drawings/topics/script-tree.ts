/**
 * The tree: folded where it has more than a dozen topics, open down to the topic that is shown. Arrows move about in it: up and down from topic to topic, right into one, left
 * out of it.
 */
export const TREE_SCRIPT = `
const root = document.documentElement;
const tree = document.querySelector('.tree');
const buttons = [...tree.querySelectorAll('.row button')];

const setOpen = (button, open) => {
  button.setAttribute('aria-expanded', String(open));
  button.parentElement.nextElementSibling.hidden = !open;
};
const isOpen = (button) => button.getAttribute('aria-expanded') === 'true';
const buttonOf = (item) => item.querySelector(':scope > .row > button');
const above = (item) => item.parentElement.closest('li');

if (topics.length > 12) for (const button of buttons) setOpen(button, false);
tree.querySelector('.tree-tools').hidden = buttons.length === 0;

tree.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  if (button.dataset.open === undefined) setOpen(button, !isOpen(button));
  else for (const other of buttons) setOpen(other, button.dataset.open !== '');
});

tree.addEventListener('keydown', (event) => {
  const item = event.target.closest('li');
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const button = buttonOf(item);
  const links = () => [...tree.querySelectorAll('.row a')].filter((link) => !link.closest('ul[hidden]'));
  const own = item.querySelector('a');
  const go = (link) => link && link.focus();
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const all = links();
    go(all[all.indexOf(own) + (event.key === 'ArrowDown' ? 1 : -1)]);
  } else if (event.key === 'ArrowRight' && button) {
    if (isOpen(button)) go(item.querySelector(':scope li a'));
    else setOpen(button, true);
  } else if (event.key === 'ArrowLeft') {
    if (button && isOpen(button)) setOpen(button, false);
    else go(above(item)?.querySelector('a'));
  } else return;
  event.preventDefault();
});

const select = (place) => {
  for (const link of tree.querySelectorAll('a[aria-current]')) link.removeAttribute('aria-current');
  if (place === undefined) return;
  const item = document.getElementById(topics[place].id);
  for (let at = above(item); at; at = above(at)) setOpen(buttonOf(at), true);
  item.querySelector('a').setAttribute('aria-current', 'true');
  const { top, bottom } = item.firstElementChild.getBoundingClientRect();
  if (top < 60 || bottom > innerHeight) item.scrollIntoView({ block: 'center' });
};
`;
