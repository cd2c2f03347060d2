import { type TopicReport, topicSharesToSvg, topicsToHtml } from 'espalier/draw';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Sha256 } from '#dist/files/sha256.js';
import { refuses } from '../support/refuses.js';
import { elements } from '../support/svg.js';
import { largeReport, topicReport } from '../support/topic-report.js';

/** What the elements of data hold, by id. */
function dataOf(html: string): Map<string, unknown> {
  const found = html.matchAll(/<script type="application\/json" id="([^"]*)">(.*?)<\/script>/gs);
  return new Map([...found].map(([, id, json]) => [id!, JSON.parse(json!)]));
}

test('page: every topic stands in its parent once, with name, words, share, documents and coherence', () => {
  const html = topicsToHtml(topicReport(), { title: 'A < B' });
  const items: string[] = [];
  const open: string[] = [];
  for (const [tag, id] of html.matchAll(/<li id="([^"]*)"|<\/li>/g)) {
    if (tag === '</li>') open.pop();
    else {
      items.push(`${open.at(-1) ?? ''} ${id}`);
      open.push(id!);
    }
  }
  assert.equal(items, [' h2.0', 'h2.0 h1.1', 'h2.0 h1.0']);
  assert.ok(html.includes('<h1 dir="auto">A &lt; B</h1>'));
  assert.ok(
    html.includes(
      '<a href="#h2.0"><strong dir="auto">Weather &amp; sea</strong> rain, sea</a><b><i>share </i>60 %</b><b>2<i> documents</i></b><b><i>NPMI </i>0.25</b>',
    ),
  );
  assert.ok(html.includes(`<a href="#h1.0">&lt;ship&gt;, l'été</a><b><i>share </i>25 %</b><b>1<i> document</i></b>`));
  assert.ok(
    html.includes(
      '3 documents · 4 words · 3 topics on 2 levels · mean coherence (NPMI) 0.25 on level 2, 0.25 on level 1',
    ),
  );
  assert.ok(html.includes('67 % on level 2, 100 % on level 1 would be right.'));
});

test('page: nothing of a document is markup, and the data is what the report has', () => {
  const report = topicReport();
  const html = topicsToHtml(report);
  assert.is(html.split('<script>').length, 2);
  assert.not.match(html, /<b>here|<ship>|<sea>|src=|url\(|@import|\bon\w+="|eval\(|new Function|innerHTML/);
  assert.not.match(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  assert.not.match(html, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  const data = dataOf(html);
  assert.equal([...data.keys()], ['data', 'members', 'documents-0']);
  assert.equal(data.get('members'), [[0, 1], [1, 2], [0]]);
  const documents = data.get('documents-0') as unknown[][];
  assert.equal(
    documents.map(([text]) => text),
    report.shown.map(({ text }) => text),
  );
  // Text, name, label, date, topics with probabilities, words: from the end of the last one, how long, which.
  assert.equal(documents[0]!.slice(1), [
    'first "notes"',
    'news',
    '2023-05-01',
    [0, 0.9, 2, 0.8],
    [0, 4, 0, 11, 4, 0, 9, 3, 1],
  ]);
  assert.equal(documents[2]!.slice(1), [null, '</script>"&', '2025', [1, 0.55], []]);
  const { topics, labels } = data.get('data') as { topics: { parent: number }[]; labels: unknown };
  assert.equal(
    topics.map(({ parent }) => parent),
    [-1, 0, 0],
  );
  assert.equal(labels, report.labels);
});

test('page: its script and no other may run', () => {
  const html = topicsToHtml(topicReport());
  const [, script] = /<script>(.*?)<\/script>/s.exec(html)!;
  const hash = Buffer.from(new Sha256().update(new TextEncoder().encode(script)).hex(), 'hex').toString('base64');
  assert.ok(html.includes(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`));
});

test('page: the same bytes again; many documents in pieces behind the script', () => {
  const report = largeReport(3000, 300);
  const html = topicsToHtml(report);
  assert.ok(html === topicsToHtml(JSON.parse(JSON.stringify(report))));
  const data = dataOf(html);
  const { pieces, shown } = data.get('data') as { pieces: number[]; shown: number };
  assert.is(shown, 3000);
  const lengths = pieces.map((_, k) => (data.get(`documents-${k}`) as unknown[]).length);
  assert.equal(
    pieces,
    lengths.map((_, k) => lengths.slice(0, k).reduce((sum, n) => sum + n, 0)),
  );
  assert.ok(Math.max(...lengths) <= 500);
  assert.ok(html.indexOf('<script>') < html.indexOf('id="documents-0"'));
  assert.ok(html.length < 2.2 * 3000 * 300, `${html.length} bytes`);
});

test('page: without documents, labels, periods or topics', () => {
  const { labels, periods, purity, ...bare } = topicReport();
  const topics = bare.topics.map(({ labels, periods, exemplars, ...topic }) => ({ ...topic, exemplars: [] }));
  const html = topicsToHtml({ ...bare, topics, shown: [] });
  assert.not.match(html, /<svg|#shares|#documents"/);
  assert.ok(topicsToHtml({ ...bare, levels: [], npmi: [], topics: [], shown: [] }).includes('0 topics on 0 levels'));
});

test('shares by label: a cell a topic and label, with per cents of the documents of the label', () => {
  const svg = topicSharesToSvg(topicReport(), { level: 1, title: 'A < "B"' });
  const counts = elements(svg.replace(/<style>.*?<\/style>/s, ''));
  // Paper, 2 topics × (2 labels and all), 18 steps of the legend.
  assert.is(counts.rect, 1 + 2 * 3 + 18);
  assert.ok(svg.includes('>A &lt; &quot;B&quot;</text>'));
  const tips = [...svg.matchAll(/<title>(h1\.\d in [^<]*)<\/title>/g)].map(([, tip]) => tip);
  assert.equal(tips, [
    'h1.1 in news: 50 %, 1 document',
    'h1.1 in &lt;/script&gt;&quot;&amp;: 100 %, 1 document',
    'h1.1 in all documents: 67 %, 2 documents',
    'h1.0 in news: 50 %, 1 document',
    'h1.0 in &lt;/script&gt;&quot;&amp;: 0 %, 0 documents',
    'h1.0 in all documents: 33 %, 1 document',
  ]);
  const cells = [...svg.matchAll(/<\/title><rect [^>]*\/><text [^>]*>([^<]*)</g)].map(([, words]) => words);
  assert.equal(cells, ['50', '100', '67', '50', '·', '33']);
});

test('shares by period: a line a topic, broken where there are no documents', () => {
  const svg = topicSharesToSvg(topicReport(), { by: 'periods', level: 1 });
  elements(svg.replace(/<style>.*?<\/style>/s, ''));
  const lines = [...svg.matchAll(/<path class="line" d="([^"]*)"/g)].map(([, d]) => d!);
  assert.is(lines.length, 2);
  for (const line of lines) assert.is(line.split('M').length - 1, 2, line);
  // All of 2025 is of h1.1, nothing of 2023: from the bottom of its plot to the top.
  const [first, last] = lines[0]!
    .split('M')
    .slice(1)
    .map((run) => Number(run.split(' ')[1]));
  assert.is(first! - last!, 30);
  assert.ok(svg.includes('>100 % 2025</text>'));
  assert.not.match(svg, /NaN|undefined|Infinity/);
});

test('shares: letters on their ground have a contrast of 4.5, by day and by night', () => {
  const [, day, night] = /<style>(.*?)@media\(prefers-color-scheme:dark\)\{(.*?)\}@media/s.exec(
    topicSharesToSvg(topicReport()),
  )!;
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  for (const style of [day!, night!]) {
    for (let level = 0; level < 18; level++) {
      const [ground, letters] = ['rect', 'text'].map(
        (name) => luminance(new RegExp(` \\.l${level} ${name}\\{fill:(#\\w{6})\\}`).exec(style)![1]!) + 0.05,
      );
      const contrast = Math.max(ground! / letters!, letters! / ground!);
      assert.ok(contrast >= 4.5, `${level}: ${contrast}`);
    }
  }
});

test('shares: within the frame, and of many labels the most frequent ones', () => {
  const names = Array.from({ length: 60 }, (_, i) => `a rather long label ${i}`);
  const { periods, ...report } = topicReport();
  const many: TopicReport = {
    ...report,
    labels: { names, documents: names.map((_, i) => i) },
    topics: report.topics.map(({ periods, ...topic }) => ({ ...topic, labels: names.map(() => 0) })),
  };
  const svg = topicSharesToSvg(many);
  assert.ok(svg.includes('the 24 most frequent of 60 labels'));
  assert.ok(svg.includes('a rather long label 59: 59 documents') && !svg.includes('label 35:'));
  const [width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number);
  const paper = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)];
  for (const [, x, y, w, h] of paper)
    assert.ok(Number(x) + Number(w) < width! - 16 && Number(y) + Number(h) < height! - 16);
});

test('what is no report is refused by the name of what is wrong', () => {
  const report = topicReport();
  const broken = (change: object, at = 0) => ({
    ...report,
    topics: report.topics.map((topic, i) => (i === at ? { ...topic, ...change } : topic)),
  });
  const shown = (change: object) => ({ ...report, shown: [{ ...report.shown[0]!, ...change }] });
  const cases: [unknown, typeof TypeError | typeof RangeError, RegExp][] = [
    [undefined, TypeError, /^report: expected a TopicReport, got undefined$/],
    [[], TypeError, /^report: expected a TopicReport, got an empty list$/],
    [{}, TypeError, /^report\.documents: expected a number, got undefined$/],
    [{ ...report, documents: -1 }, RangeError, /^report\.documents: expected an integer from 0, got -1$/],
    [{ ...report, topics: {} }, TypeError, /^report\.topics: expected a list, got an object$/],
    [broken({ id: 5 }), TypeError, /^report\.topics\[0\]\.id: expected a string, got 5$/],
    [broken({ share: 1.5 }), RangeError, /^report\.topics\[0\]\.share: expected a number from 0 to 1, got 1.5$/],
    [broken({ npmi: Number.NaN }), RangeError, /^report\.topics\[0\]\.npmi: expected a finite number, got NaN$/],
    [broken({ id: 'h1.0' }), RangeError, /^report\.topics: expected each id once/],
    [broken({ parent: 'h3.7' }), RangeError, /^report\.topics\[0\]\.parent: expected the id of a topic of a higher/],
    [broken({ parent: 'h1.0' }, 1), RangeError, /^report\.topics\[1\]\.parent: expected the id of a topic of a higher/],
    [broken({ labels: [1] }), RangeError, /^report\.topics\[0\]\.labels: expected a list of 2, got \[1\]$/],
    [
      broken({ exemplars: [{ document: 3, probability: 1, sentence: '' }] }),
      RangeError,
      /exemplars\[0\]\.document: expected an integer below 3, got 3$/,
    ],
    [shown({ topics: [[3, 1]] }), RangeError, /./],
    [shown({ text: null }), TypeError, /^report\.shown\[0\]\.text: expected a string, got null$/],
    [
      shown({ words: [{ feature: 0, start: 0 }] }),
      TypeError,
      /^report\.shown\[0\]\.words\[0\]\.end: expected a number/,
    ],
  ];
  for (const [value, kind, message] of cases) {
    refuses(() => topicsToHtml(value as never), kind, message);
    refuses(() => topicSharesToSvg(value as never), kind, message);
  }
  const { labels, periods, purity, ...bare } = report;
  const topics = bare.topics.map(({ labels, periods, ...topic }) => topic);
  refuses(() => topicSharesToSvg({ ...bare, topics }), RangeError, /^by: expected what the report has, got "labels"/);
  refuses(() => topicSharesToSvg(report, { level: 3 }), RangeError, /^level: expected an integer from 1 to 2, got 3$/);
});

test.run();
