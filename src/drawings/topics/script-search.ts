/**
 * The search, and what is seen. Documents are looked at in slices of some milliseconds between which the page answers; while nothing else is done, texts are made ready.
 * Documents in which a word begins with the term come first. A link to what the address already says is followed all the same, since what was found may cover it.
 */
export const SEARCH_SCRIPT = String.raw`
const tools = document.querySelector('.tools');
const input = tools.querySelector('input');
const told = tools.querySelector('output');
const shares = document.querySelector('.shares');
const SLICE = 8;
const MOST_TOPICS = 12;

const texts = [];
const textOf = (index) => {
  if (texts[index] === undefined) {
    const { text, name, label, date } = documentOf(index);
    texts[index] = fold([text, name, label ?? '', date ?? ''].join('\n'));
  }
  return texts[index];
};
let topicTexts;
const topicText = (place) => (topicTexts ??= topics.map((topic) => fold([topic.id, topic.name ?? '', ...topic.features.map((feature) => feature[1])].join('\n'))))[place];

const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 30));
const prepare = (from) => {
  const end = performance.now() + SLICE;
  let at = from;
  while (at < data.shown && performance.now() < end && isRead(pieceOf(at))) textOf(at++);
  if (at < data.shown) idle(() => prepare(at));
};
const whenLoaded = (work) => {
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', work);
  else work();
};
whenLoaded(() => setTimeout(() => idle(() => prepare(0)), 300));

const show = (name, nodes, focus) => {
  document.body.dataset.view = name;
  view.hidden = !nodes;
  shares.hidden = Boolean(nodes);
  view.replaceChildren(...(nodes ?? []).flat(9).filter(Boolean));
  const current = name === 'topic' ? 'tree' : name === 'document' ? 'documents' : name;
  for (const link of tools.querySelectorAll('nav a')) {
    if (link.dataset.view === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.querySelector('.side').scrollTop = 0;
  if (focus) view.querySelector('h2')?.focus({ preventScroll: true });
};

const follow = (focus) => {
  const asked = decodeURIComponent(location.hash.slice(1));
  const place = placeOf.get(asked);
  const index = /^d\d+$/.test(asked) ? Number(asked.slice(1)) : -1;
  run++;
  told.value = '';
  const pictured = shares.children.length > 0;
  if (document.readyState === 'loading' && (asked ? asked !== 'shares' : !pictured)) {
    if (!document.body.dataset.view) show('tree');
    whenLoaded(() => follow(focus));
    return;
  }
  if (place !== undefined) show('topic', topicView(place), focus);
  else if (index >= 0 && index < data.shown) show('document', documentView(index), focus);
  else if (asked === 'documents' && data.shown) show('documents', documentsView(), focus);
  else if (asked === 'shares' && pictured) show('shares');
    else show('tree', pictured || !data.shown ? undefined : documentsView());
  select(place);
  if (place === undefined && focus) scrollTo(0, Math.min(scrollY, tools.offsetTop));
  else if (innerWidth < 1024) scrollTo(0, 0);
};

const beginsIn = (text, term) => {
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true;
  return false;
};

let run = 0;
let timer;
const search = () => {
  const mine = ++run;
  terms = fold(input.value).split(/\s+/).filter(Boolean);
  if (!terms.length) {
    follow();
    return;
  }
  const has = (text) => terms.every((term) => text.includes(term));
  const places = topics.map((_, place) => place).filter((place) => has(topicText(place)));
  const begins = (text) => terms.every((term) => beginsIn(text, term));
  const found = [];
  const inWords = [];
  const head = make('h3', {}, 'Documents');
  const pages = paged(() => found.length, (i) => documentRow(found[i]));
  const topicRow = (place) => make('li', {}, make('b', {}, percent(topics[place].share)), make('a', { href: '#' + topics[place].id }, make('bdi', {}, topics[place].name ? [hitsIn(topics[place].name), ': '] : '', hitsIn(wordsOf(topics[place])))), make('small', { class: 'note' }, ' ' + topics[place].id));
  const none = make('p', { class: 'note', hidden: true }, 'None.');
  show('found', [
    make('h2', { tabindex: '-1' }, 'Search: ', make('bdi', {}, input.value.trim())),
    places.length > 0 && [make('h3', {}, plural(places.length, 'topic')), make('ul', { class: 'topics' }, places.slice(0, MOST_TOPICS).map(topicRow)), places.length > MOST_TOPICS && make('p', { class: 'note' }, count(places.length - MOST_TOPICS) + ' more topics')],
    data.shown > 0 && [head, none, ...pages.nodes],
  ]);
  select();
  let at = 0;
  const slice = () => {
    if (mine !== run) return;
    const end = performance.now() + SLICE;
    const before = found.length;
    while (at < data.shown && performance.now() < end && isRead(pieceOf(at))) {
      const text = textOf(at);
      if (has(text)) (begins(text) ? found : inWords).push(at);
      at++;
    }
    const done = at >= data.shown;
    if (done) found.push(...inWords);
    if (found.length > before) pages.grow();
    head.textContent = plural(found.length + (done ? 0 : inWords.length), 'document') + (done ? '' : ' so far');
    none.hidden = !done || found.length > 0;
    if (done) told.value = places.length + found.length ? plural(places.length, 'topic') + ', ' + plural(found.length, 'document') : 'Nothing found';
    else setTimeout(slice);
  };
  slice();
};

input.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(search, 80);
});
addEventListener('hashchange', () => follow(true));
document.addEventListener('click', ({ target }) => {
  const link = target.closest?.('a[href^="#"]');
  if (!link) return;
  if (link.closest('nav')) {
    input.value = '';
    terms = [];
  }
  if (link.getAttribute('href') === (location.hash || '#')) follow(true);
});
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== input && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
  } else if (event.key === 'Escape' && document.activeElement === input) {
    clearTimeout(timer);
    input.value = '';
    search();
  }
});
tools.hidden = false;
root.classList.add('ready');
follow();
`;
