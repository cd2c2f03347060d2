/**
 * The script of latentTreeToHtml's pages, kept as text so that a bundler leaves it as it is. A search shows the topics that hold a feature with these letters, or the topic
 * of this very name with all below it; what was open before comes back when the search is cleared. What it searches is gathered when first asked for. A link opens the
 * topic that it leads to. The key / leads to the search, Escape clears it.
 */
export const PAGE_SCRIPT = `
(() => {
  const main = document.querySelector('main');
  const tools = document.querySelector('.tools');
  const input = tools.querySelector('input');
  const told = tools.querySelector('output');
  const topics = [...main.querySelectorAll('details')];
  const fold = (text) => text.normalize('NFD').replace(/\\p{M}/gu, '').toLowerCase();
  let rows;
  let before = null;
  let timer;
  tools.hidden = false;

  const features = () => (rows ??= [...main.querySelectorAll('tbody tr')].map((row) => ({ row, text: fold(row.cells[0].textContent), topic: row.closest('details') })));

  const show = () => {
    const query = fold(input.value.trim());
    if (query === '') {
      if (!before) return;
      for (const topic of topics) {
        topic.hidden = false;
        topic.open = before.has(topic);
      }
      for (const { row } of features()) row.classList.remove('hit');
      before = null;
      told.value = '';
      return;
    }
    before ??= new Set(topics.filter((topic) => topic.open));
    const seen = new Set();
    const opened = new Set();
    let hits = 0;
    const keep = (topic) => {
      for (let at = topic; at && !seen.has(at); at = at.parentElement.closest('details')) seen.add(at);
    };
    for (const { row, text, topic } of features()) {
      const hit = text.includes(query);
      row.classList.toggle('hit', hit);
      if (!hit) continue;
      hits++;
      keep(topic);
    }
    for (const topic of seen) opened.add(topic);
    const named = topics.filter((topic) => topic.id === query);
    for (const topic of named) {
      keep(topic);
      for (const below of topic.querySelectorAll('details')) seen.add(below);
      for (let at = topic; at; at = at.parentElement.closest('details')) opened.add(at);
    }
    for (const topic of topics) {
      topic.hidden = !seen.has(topic);
      topic.open = opened.has(topic);
    }
    const lowest = [...seen].filter((topic) => topic.querySelector(':scope > table .hit')).length;
    const plural = (n, one) => n + ' ' + one + (n === 1 ? '' : 's');
    told.value = hits ? plural(hits, 'feature') + ' in ' + plural(lowest, 'topic') : named.length ? 'Topic ' + query : 'Nothing found';
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  for (const button of tools.querySelectorAll('button')) {
    button.addEventListener('click', () => {
      for (const topic of topics) topic.open = button.dataset.open !== '';
    });
  }
  const follow = () => {
    const topic = topics.find(({ id }) => '#' + id === location.hash);
    if (!topic) return;
    if (topic.hidden) {
      input.value = '';
      show();
    }
    for (let at = topic; at; at = at.parentElement.closest('details')) at.open = true;
    topic.scrollIntoView();
    topic.firstElementChild.focus({ preventScroll: true });
  };
  addEventListener('hashchange', follow);
  follow();
  addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== input && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    } else if (event.key === 'Escape' && document.activeElement === input) {
      clearTimeout(timer);
      input.value = '';
      show();
    }
  });
})();
`;
