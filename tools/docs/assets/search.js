// The search page: what is looked for stands in the address, and what is found comes as one writes.
import * as pagefind from '../pagefind/pagefind.js';

const root = new URL('../', import.meta.url);
const field = document.querySelector('[role="search"] input');
const told = document.getElementById('told');
const found = document.getElementById('found');
const SHOWN = 20;
let turn = 0;

await pagefind.options({ baseUrl: root.pathname, excerptLength: 24 });
field.value = new URLSearchParams(location.search).get('q') ?? '';
field.form.addEventListener('submit', (event) => {
  event.preventDefault();
  // Between field and results stands the menu, which nobody wants to walk through.
  void search().then(() => found.querySelector('a')?.focus());
});
field.addEventListener('input', search);
field.focus();
void search();

async function search() {
  const mine = ++turn;
  const words = field.value.trim();
  history.replaceState(null, '', words ? `?q=${encodeURIComponent(words)}` : location.pathname);
  const { results } = words ? await pagefind.search(words) : { results: [] };
  const pages = await Promise.all(results.slice(0, SHOWN).map((result) => result.data()));
  if (mine !== turn) return;
  told.textContent = saying(words, results.length);
  found.replaceChildren(...pages.map(item));
}

function saying(words, count) {
  if (!words) return 'Write what you look for into the field above.';
  if (count === 0) return `No page has “${words}”.`;
  return `${count} ${count === 1 ? 'page' : 'pages'} with “${words}”${count > SHOWN ? `, the best ${SHOWN} of them` : ''}.`;
}

function item({ url, meta, excerpt }) {
  const li = document.createElement('li');
  const link = document.createElement('a');
  link.href = url;
  link.textContent = meta.title;
  const text = document.createElement('p');
  // Pagefind escapes the text, and puts <mark> around what was found.
  text.innerHTML = excerpt;
  li.append(link, text);
  return li;
}
