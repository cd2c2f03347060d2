/**
 * What stands beside the tree: a topic, a document, all documents. `paged` shows some of a list and more on demand, so that a page of many documents has few elements; its `grow`
 * is called when there is more to list. Bars of a table are as long as the longest is, ticks stand where they would end without the topic. The sentence of an exemplar may be cut
 * out of a longer one, and is looked for without its ellipses.
 */
export const VIEWS_SCRIPT = `
const view = document.querySelector('.view');
const STEP = 25;
let terms = [];

const paged = (total, rowAt, step = STEP) => {
  const list = make('div', {});
  const button = make('button', { type: 'button', class: 'more' });
  let seen = 0;
  const tell = () => {
    const left = total() - seen;
    button.hidden = left <= 0;
    button.textContent = 'Show ' + count(Math.min(step, left)) + ' more of ' + count(left);
  };
  const more = (upTo, move) => {
    const first = seen;
    for (const end = Math.min(total(), upTo); seen < end; seen++) list.append(rowAt(seen));
    tell();
    if (move) list.children[first]?.querySelector('a')?.focus();
  };
  button.addEventListener('click', () => more(seen + step, true));
  more(step, false);
  const grow = () => {
    if (seen < step) more(step, false);
    else tell();
  };
  return { nodes: [list, button], grow };
};

const metaOf = ({ label, date }, ...others) => [label, date, ...others].filter((part) => part !== null && part !== undefined && part !== '').flatMap((part, i) => [i ? ' · ' : '', make('bdi', {}, part)]);

const documentRow = (index, { topic, sentence, probability } = {}) => {
  const found = documentOf(index);
  const { text } = found;
  const places = [...hitsOf(text, terms), ...(topic === undefined ? [] : placesOf(found, (place) => (within(place, topic) ? '' : undefined)))];
  const core = sentence?.split('…').reduce((a, b) => (b.length > a.length ? b : a)).trim();
  const at = core ? text.indexOf(core) : -1;
  const [from, to] = at >= 0 ? [at, at + core.length] : richest(text, places);
  const sure = probability ?? topicsOf(found).find(([place]) => place === topic)?.[1];
  return make(
    'article',
    { class: 'doc' },
    make('h4', {}, make('a', { href: '#d' + index }, make('bdi', {}, hitsIn(found.name))), make('small', {}, metaOf(found, sure === undefined ? undefined : percent(sure)))),
    make('p', { dir: 'auto' }, sentence && at < 0 ? sentence : [from > 0 ? '… ' : '', ...marked(text, from, to, places), to < text.length ? ' …' : '']),
  );
};
const hitsIn = (text) => marked(text, 0, text.length, hitsOf(text, terms));

const topicLink = (place, words) => make('a', { href: '#' + topics[place].id }, make('bdi', {}, words ?? brief(place)));
const crumbs = (path) => make('p', { class: 'crumbs' }, make('a', { href: '#' }, 'Topics'), path.map((place) => topicLink(place)));

const table = (heads, rows) => {
  const most = Math.max(...rows.map(({ share, beside }) => Math.max(share, beside))) || 1;
  return make(
    'table',
    {},
    make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))),
    make('tbody', {}, rows.map(({ name, share, beside }) =>
      make('tr', {}, make('th', { scope: 'row', dir: 'auto' }, name), make('td', { p: bar(share / most), q: bar(beside / most) }, percent(share)), make('td', {}, percent(beside))),
    )),
  );
};

const wordTable = ({ features }) =>
  features.length > 0 &&
  make('div', {}, make('h3', {}, 'Words'), table(['Word', 'with the topic', 'without'], features.map(([, name, inside, outside]) => ({ name, share: inside, beside: outside }))));

const MOST_LABELS = 12;
const labelTable = (topic) => {
  if (!data.labels || !topic.labels || !data.labels.names.length) return false;
  const { names, documents } = data.labels;
  const own = topic.labels.reduce((sum, n) => sum + n, 0);
  const all = documents.reduce((sum, n) => sum + n, 0);
  const rows = names.map((name, i) => ({ name: name || '(empty)', share: ratio(topic.labels[i], own), beside: ratio(documents[i], all) })).sort((a, b) => b.share - a.share || b.beside - a.beside);
  return make('div', {}, make('h3', {}, 'Labels'), table(['Label', 'in the topic', 'overall'], rows.slice(0, MOST_LABELS)), rows.length > MOST_LABELS && make('p', { class: 'note' }, count(rows.length - MOST_LABELS) + ' more labels'));
};

const periodBars = (topic) => {
  if (!data.periods || !topic.periods || data.periods.names.length < 2) return [];
  const { names, documents } = data.periods;
  const shares = documents.map((n, i) => Math.min(1, ratio(topic.periods[i], n)));
  const most = Math.max(...shares) || 1;
  const overall = ratio(topic.documents, data.documents);
  const [width, height] = [600, 90];
  const svg = (name, attributes, ...content) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...content);
    return element;
  };
  const step = width / names.length;
  const level = 16 + height * (1 - Math.min(1, overall / most));
  const peak = shares.indexOf(Math.max(...shares));
  const bars = shares.map((share, i) => {
    const said = names[i] + ': ' + percent(share) + ', ' + plural(topic.periods[i], 'document');
    const tall = (height * share) / most;
    return svg('g', {}, svg('title', {}, said), svg('rect', { class: 'rest', x: i * step, y: 16, width: step, height }), svg('rect', { x: i * step + step * 0.1, y: 16 + height - tall, width: step * 0.8, height: tall }));
  });
  const words = (x, y, anchor, said) => svg('text', { x, y, 'text-anchor': anchor }, said);
  const side = peak > names.length * 0.8 ? 'end' : peak < names.length * 0.2 ? 'start' : 'middle';
  return [
    make('h3', {}, 'Share of the documents of each period'),
    svg('svg', { class: 'bars', viewBox: '0 0 ' + width + ' ' + (height + 34), role: 'img', 'aria-label': 'At most ' + percent(shares[peak]) + ', in ' + names[peak] + '; ' + percent(overall) + ' of all documents' },
      ...bars,
      svg('line', { x1: 0, x2: width, y1: level, y2: level }),
      words((peak + 0.5) * step, 11, side, percent(shares[peak]) + ' in ' + names[peak]),
      words(0, height + 30, 'start', names[0]),
      words(width, height + 30, 'end', names[names.length - 1])),
    make('p', { class: 'note' }, 'The dashed line is the share of all documents, ' + percent(overall) + '.'),
  ];
};

const topicView = (place) => {
  const topic = topics[place];
  const own = membersOf(place);
  const first = topic.exemplars.map(([document, probability, sentence]) => ({ document, probability, sentence }));
  const speak = new Set(first.map(({ document }) => document));
  const list = [...first, ...own.filter((document) => !speak.has(document)).map((document) => ({ document }))];
  const facts = [
    topic.id,
    'share ' + percent(topic.share),
    plural(topic.documents, 'document'),
    topic.npmi !== null && 'coherence (NPMI) ' + topic.npmi.toFixed(3),
    topic.compactness !== null && 'compactness ' + topic.compactness.toFixed(3),
  ];
  const name = (topic.name || '').trim();
  return [
    crumbs(pathOf(place).slice(0, -1)),
    make('h2', { dir: 'auto', tabindex: '-1' }, name || wordsOf(topic, 6) || topic.id),
    name && wordsOf(topic, 10) && make('p', { class: 'note', dir: 'auto' }, wordsOf(topic, 10)),
    make('p', { class: 'meta' }, facts.filter(Boolean).join(' · ')),
    first.length > 0 && make('h3', {}, 'Documents that speak for it'),
    first.slice(0, 3).map(({ document, ...why }) => documentRow(document, { topic: place, ...why })),
    make('div', { class: 'pair' }, wordTable(topic), labelTable(topic)),
    periodBars(topic),
    parts[place].length > 0 && [
      make('h3', {}, 'Topics below it'),
      make('ul', { class: 'topics' }, parts[place].map((part) => make('li', {}, make('b', {}, percent(topics[part].share)), topicLink(part, (topics[part].name ? topics[part].name + ': ' : '') + wordsOf(topics[part], 8))))),
    ],
    list.length > 3 && [
      make('h3', {}, 'More of its documents'),
      own.length < topic.documents && make('p', { class: 'note' }, count(own.length) + ' of its ' + plural(topic.documents, 'document') + ' are in this page.'),
      paged(() => list.length - 3, (i) => documentRow(list[i + 3].document, { topic: place, ...list[i + 3] }), 10).nodes,
    ],
  ];
};

const groupsOf = (found) => {
  const groups = new Map();
  for (const [place, probability] of topicsOf(found)) {
    const top = pathOf(place)[0];
    const group = groups.get(top) ?? { top, probability: undefined, below: [] };
    if (place === top) group.probability = probability;
    else group.below.push([place, probability]);
    groups.set(top, group);
  }
  return [...groups.values()].sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
};

const COLOURS = 8;
const documentView = (index) => {
  const found = documentOf(index);
  const groups = groupsOf(found);
  const own = new Set(topicsOf(found).map(([place]) => place));
  const colours = new Map(groups.map(({ top }, i) => [top, 'c' + (i % COLOURS)]));
  const places = placesOf(found, (place) => {
    const path = pathOf(place);
    return path.some((at) => own.has(at)) ? colours.get(path[0]) : undefined;
  });
  const text = make('div', { class: 'text', dir: 'auto' }, marked(found.text, 0, found.text.length, [...hitsOf(found.text, terms), ...places]));
  const row = ({ top, probability, below }) =>
    make('li', { class: colours.get(top) },
      make('b', {}, probability === undefined ? '' : percent(probability)),
      topicLink(top, (topics[top].name ? topics[top].name + ': ' : '') + wordsOf(topics[top], 5)),
      below.length > 0 && make('ul', {}, below.slice(0, 8).map(([place, sure]) => make('li', {}, topicLink(place), ' ' + percent(sure)))));
  return [
    make('p', { class: 'crumbs' }, make('a', { href: '#documents' }, 'Documents')),
    make('h2', { dir: 'auto', tabindex: '-1' }, hitsIn(found.name)),
    make('p', { class: 'meta' }, metaOf(found, count(index + 1) + ' of ' + count(data.shown))),
    text,
    make('h3', {}, groups.length ? 'Its topics' : 'It belongs to no topic.'),
    make('ul', { class: 'topics' }, groups.map(row)),
    make('p', { class: 'note' }, index > 0 && make('a', { href: '#d' + (index - 1) }, 'Previous'), ' ', index + 1 < data.shown && make('a', { href: '#d' + (index + 1) }, 'Next')),
  ];
};

const documentsView = () => [
  make('h2', { tabindex: '-1' }, 'Documents'),
  make('h3', {}, count(data.shown) + (data.shown < data.documents ? ' of ' + count(data.documents) : '') + ' documents'),
  paged(() => data.shown, (i) => documentRow(i)).nodes,
];
`;
