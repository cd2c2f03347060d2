/**
 * Elements, numbers as words, and the data of the page, which is parsed piece by piece when first asked for. What stands behind the script may not have come yet: a piece is
 * whole when there is another behind it. `lowest` has the lowest topic that names a feature; `hitsOf` maps places of a folded text back to the text; `marked` lets the first of
 * places that overlap win; `richest` finds the part of a text with most marks, and cuts no character in two.
 */
export const DATA_SCRIPT = String.raw`
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const data = read('data');
const { topics } = data;

const make = (name, attributes, ...content) => {
  const element = document.createElement(name);
  for (const key in attributes) {
    const value = attributes[key];
    if (key === 'p' || key === 'q') element.style.setProperty('--' + key, value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...content.flat().filter((part) => part !== undefined && part !== false));
  return element;
};

const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const plural = (n, one) => count(n) + ' ' + one + (n === 1 ? '' : 's');
const percent = (share) => {
  const p = 100 * share;
  if (p === 0 || p === 100) return p + ' %';
  if (p < 0.01) return '< 0.01 %';
  if (p > 99) return p > 99.99 ? '> 99.99 %' : Number(p.toFixed(2)) + ' %';
  return (p >= 10 ? Math.round(p) : Number(p.toPrecision(2))) + ' %';
};
const bar = (share) => Number((100 * share).toFixed(1)) + '%';
const ratio = (part, whole) => (whole > 0 ? part / whole : 0);

const placeOf = new Map(topics.map((topic, place) => [topic.id, place]));
const parts = topics.map(() => []);
const lowest = new Map();
topics.forEach((topic, place) => {
  if (topic.parent >= 0) parts[topic.parent].push(place);
  for (const [feature] of topic.features) lowest.set(feature, place);
});
const pathOf = (place) => {
  const path = [];
  for (let at = place; at >= 0; at = topics[at].parent) path.unshift(at);
  return path;
};
const wordOf = ([, name, inside, outside]) => (inside < outside ? 'not ' + name : name);
const wordsOf = ({ features }, most) => features.slice(0, most).map(wordOf).filter((word) => word.trim()).join(', ');
const brief = (place) => {
  const topic = topics[place];
  return (topic.name || '').trim() || wordsOf(topic, 3) || topic.id;
};

const isRead = (piece) => document.readyState !== 'loading' || document.getElementById('documents-' + (piece + 1)) !== null;
let members;
const membersOf = (place) => (members ??= read('members'))[place];

const pieces = [];
const pieceOf = (index) => {
  let low = 0;
  let high = data.pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (data.pieces[middle] <= index) low = middle;
    else high = middle - 1;
  }
  return low;
};
const documentOf = (index) => {
  const piece = pieceOf(index);
  const [text, name, label, date, own, words] = (pieces[piece] ??= read('documents-' + piece))[index - data.pieces[piece]];
  return { index, text, name: name || 'Document ' + count(index + 1), label, date, own, words };
};
const topicsOf = ({ own }) => {
  const pairs = [];
  for (let i = 0; i < own.length; i += 2) pairs.push([own[i], own[i + 1]]);
  return pairs;
};

const placesOf = ({ words }, classOf) => {
  const found = [];
  let at = 0;
  for (let i = 0; i < words.length; i += 3) {
    const start = at + words[i];
    at = start + words[i + 1];
    const place = lowest.get(words[i + 2]);
    const name = place === undefined ? undefined : classOf(place);
    if (name !== undefined) found.push({ start, end: at, name, place });
  }
  return found;
};
const within = (place, topic) => {
  for (let at = place; at >= 0; at = topics[at].parent) if (at === topic) return true;
  return false;
};

const fold = (text) => (/^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFD').replace(/\p{M}/gu, '')).toLowerCase();

const hitsOf = (text, terms) => {
  if (!terms.length) return [];
  let folded = '';
  const from = [];
  let at = 0;
  for (const character of text) {
    const letters = fold(character);
    for (let i = 0; i < letters.length; i++) from.push(at);
    folded += letters;
    at += character.length;
  }
  from.push(at);
  const found = [];
  for (const term of terms) {
    for (let i = folded.indexOf(term); i >= 0 && found.length < 500; i = folded.indexOf(term, i + term.length)) {
      found.push({ start: from[i], end: Math.max(from[i + term.length], from[i] + 1), name: 'hit' });
    }
  }
  return found;
};

const marked = (text, from, to, places) => {
  const chosen = [];
  const taken = places.length > 1 ? new Uint8Array(to - from) : undefined;
  for (const place of places) {
    if (place.start < from || place.end > to) continue;
    if (taken) {
      if (taken.subarray(place.start - from, place.end - from).includes(1)) continue;
      taken.fill(1, place.start - from, place.end - from);
    }
    chosen.push(place);
  }
  chosen.sort((a, b) => a.start - b.start);
  const nodes = [];
  let at = from;
  for (const { start, end, name, place } of chosen) {
    if (start > at) nodes.push(text.slice(at, start));
    nodes.push(make('mark', { class: name || undefined, title: place === undefined ? undefined : brief(place) }, text.slice(start, end)));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
};

const richest = (text, places, size = 240) => {
  if (text.length <= size * 1.3) return [0, text.length];
  const sorted = [...places].sort((a, b) => a.start - b.start);
  let best = 0;
  let most = 0;
  for (let i = 0, last = 0; i < sorted.length; i++) {
    while (last < sorted.length && sorted[last].end <= sorted[i].start + size - 60) last++;
    if (last - i > most) {
      most = last - i;
      best = i;
    }
  }
  let from = Math.max(0, (sorted.length ? sorted[best].start : 0) - 50);
  if (from > 0) {
    const blank = text.slice(from, from + 40).search(/\s/);
    if (blank >= 0) from += blank + 1;
  }
  let to = Math.min(text.length, from + size);
  if (to < text.length) {
    const blank = text.slice(to - 40, to).search(/\s\S*$/);
    if (blank >= 0) to = to - 40 + blank;
  }
  if (/[\udc00-\udfff]/.test(text[from] ?? '')) from--;
  if (/[\ud800-\udbff]/.test(text[to - 1] ?? '')) to--;
  return [from, to];
};
`;
