import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeAnalyzer } from '#dist/data/documents/words/analyzer.js';
import type { AnalysisOptions } from '#dist/data/documents/words/options.js';

const LEFT = { language: 'none' } as const;

/** Words with blanks between, gaps as a bar. */
async function shown(text: string, options: AnalysisOptions = LEFT): Promise<string> {
  const analyzer = await makeAnalyzer(options);
  return analyzer
    .words(text)
    .map((word) => word || '|')
    .join(' ');
}

async function each(cases: readonly (readonly [string, string])[], options: AnalysisOptions = LEFT): Promise<void> {
  for (const [text, words] of cases) assert.is(await shown(text, options), words, JSON.stringify(text));
}

test('words are runs of letters and digits with a letter, in lower case', () =>
  each([
    ['', ''],
    ['   \n ', ''],
    ['...', '|'],
    ['Oil prices ROSE', 'oil prices rose'],
    ['in 1987 the b2b 4th 1980s 3d', 'in | the b2b | 3d'],
    ['a bc', '| bc'],
    ['snake_case', 'snake | case'],
    ['x'.repeat(64), 'x'.repeat(64)],
    [`so ${'x'.repeat(65)} long`, 'so | long'],
  ]));

test('punctuation, words that are left out and empty lines are gaps; blanks, hyphens and ends of lines are none', () =>
  each([
    ['state-of-the-art', 'state of the art'],
    ['one -- two', 'one | two'],
    ['one - two', 'one | two'],
    ['one– two', 'one | two'],
    ['pre\u2010war post\u2011war', 'pre war post war'],
    ['-one- two', '| one | two'],
    ['one, two; (three)', 'one | two | three |'],
    ['one\r\ntwo', 'one two'],
    ['one\r\n \r\ntwo', 'one | two'],
    ['one\u00a0two\u200bsix', 'one two six'],
    ['one 7 two', 'one | two'],
  ]));

test('apostrophes are of a word between letters, and an English possessive is not', () =>
  each([
    ["don't DON’T don\uff07t", "don't don't don't"],
    ["Fed's boss’s 'quoted' dogs'", 'fed boss | quoted | dogs |'],
    ["rock 'n' roll", 'rock | roll'],
    ["o''clock", '| clock'],
  ]));

test('numbers on request, with points between their digits', async () => {
  const options = { language: 'none', numbers: true } as const;
  await each([['In 1987, 1,000.50 at 10. 3rd', 'in 1987 | 1,000.50 at 10 | 3rd']], options);
  await each([['1,000dlrs 1,2,3. v1.2.3', '1,000 dlrs 1,2,3 | v1.2.3']], options);
  await each([['٣٤ ४५', '٣٤ ४५']], options);
});

test('shortest words and capitals by options', async () => {
  assert.is(await shown('I am a Turing machine', { language: 'none', minLength: 1 }), 'i am a turing machine');
  assert.is(await shown('I am a Turing machine', { language: 'none', minLength: 3 }), '| turing machine');
  assert.is(await shown('Turing THE', { language: 'en', keepCase: true }), 'Turing |');
});

test('characters that look the same are the same word', async () => {
  const same: readonly (readonly [string, ...string[]])[] = [
    ['café', 'cafe\u0301', 'CAFE\u0301', 'CAFÉ', 'ca\u00adfé', 'ca\u200dfé', 'ｃａｆé'],
    ['finance', 'ﬁnance', 'fi\u200cnance'],
    ['한국어', '한국어'.normalize('NFD')],
    ['ガラス', 'ガラス'.normalize('NFD'), 'ｶﾞﾗｽ'],
    ['كتب', 'كَتَبَ', 'كـــتب', 'كتّب'],
    ['أسعار', 'أسعار'.normalize('NFD')],
    ['שלום', 'שָׁלוֹם'],
    ['istanbul', 'İstanbul'],
  ];
  for (const [word, ...others] of same) {
    for (const other of [word, ...others]) assert.is(await shown(other), word, escape(other));
  }
});

test('Turkish has two letters i', async () => {
  assert.is(await shown('IŞIK İSTANBUL', { language: 'tr' }), 'ışık istanbul');
  assert.is(await shown("Ankara'da", { language: 'tr' }), 'ankara');
});

test('French and Italian elide before a word', async () => {
  assert.is(await shown("L'homme d’Europe aujourd'hui", { language: 'fr' }), "homme europe aujourd'hui");
  assert.is(await shown("dell'economia", { language: 'it' }), 'economia');
});

test('words of many scripts', () =>
  each([
    ['Η ελληνική οικονομία', '| ελληνική οικονομία'],
    ['भारत की अर्थव्यवस्था।', 'भारत की अर्थव्यवस्था |'],
    ['서울의 경제', '서울의 경제'],
    ['Привет, мир!', 'привет | мир |'],
    ['hi😀there 👍🏽 ❤\ufe0f ok', 'hi | there | ok'],
    ['𝒜bc 𐐀𐐁 𐐨', '𝒜bc 𐐨𐐩 |'],
    ['ab\ud800cd \udc00 ef\ud800', 'ab | cd | ef |'],
    ['\u0301ab', '| ab'],
    ['iPhone手机', 'iphone 手机'],
    ['3D打印', '3d 打印'],
    ['col·lecció', 'col·lecció'],
  ]));

test('scripts without spaces are pairs of neighbours of one script', () =>
  each([
    ['北京大学', '北京 | 京大 | 大学'],
    ['我', '我'],
    ['北京，大', '北京 | 大'],
    ['東京タワー', '東京 タワー'],
    ['ひらがな', 'ひら | らが | がな'],
    ['らーめん', 'らーめ | めん'],
    ['葛\u{e0100}城', '葛城'],
    ['𠮷野家', '𠮷野 | 野家'],
    // Signs above and below stay with their consonant, and so do vowels that are written before or behind it.
    ['น้ำ', 'น้ำ'],
    ['เศรษฐกิจ', 'เศร | รษ | ษฐ | ฐกิ | กิจ'],
    ['ສະບາຍ', 'ສະບາ | ບາຍ'],
    ['ខ្មែរ', 'ខ្មែរ'],
    ['မန္တ', 'မန္တ'],
  ]));

test("a segmenter takes texts without spaces apart by its engine's dictionary", async () => {
  const options = { language: 'zh', segmenter: 'zh' } as const;
  assert.is(await shown('我喜欢北京的大学', options), '| 喜欢 北京 | 大学');
  assert.is(await shown('ประเทศไทย economy', { language: 'none', segmenter: 'th' }), 'ประเทศไทย economy');
});

test('pieces are the words and where they stand', async () => {
  const texts = ["The Fed's co-op, 1987: cafe\u0301 ab\ud800", '北京大学 says', 'แม่น้ำ และ 𐐀𐐁'];
  for (const options of [LEFT, { language: 'en', stem: true }, { language: 'zh', segmenter: 'zh' }] as const) {
    const analyzer = await makeAnalyzer(options);
    for (const text of texts) {
      const pieces = analyzer.pieces(text);
      assert.equal(
        pieces.map(({ word }) => word),
        analyzer.words(text).filter((word) => word !== ''),
      );
      for (const { word, start, end } of pieces) {
        assert.equal(analyzer.words(text.slice(start, end)), [word], `${text} ${start} ${end}`);
      }
    }
  }
  const pieces = (await makeAnalyzer(LEFT)).pieces("A Fed's café");
  assert.equal(pieces, [
    { word: 'fed', start: 2, end: 7 },
    { word: 'café', start: 8, end: 12 },
  ]);
});

test('words are those of a regular expression over the same properties', async () => {
  const analyzer = await makeAnalyzer({ language: 'none', minLength: 1, numbers: true });
  const alphabet = [..."abAZ09é\u0301ßЖक\u093fع़ -–_!\u2019'\n\t\u00ad😀\u{10400}\u{1d7ce}"];
  // Two characters that are passed over never follow each other here, nor is one first or last.
  const pattern =
    /[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd}]|\u00ad(?=[\p{L}\p{M}\p{Nd}])|(?<=[\p{L}\p{M}])['\u2019](?=\p{L}))*/gu;
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let n = 0; n < 1500; n++) {
    const text = Array.from({ length: 1 + random(30) }, () => alphabet[random(alphabet.length)])
      .join('')
      .replace(/\u00ad+/g, '\u00ad');
    const expected = (text.match(pattern) ?? []).map((raw) =>
      raw.replaceAll('\u00ad', '').replaceAll('\u2019', "'").toLowerCase().normalize('NFC').replace(/'s$/, ''),
    );
    assert.equal(
      analyzer.words(text).filter((word) => word !== ''),
      expected,
      JSON.stringify(text),
    );
  }
});

test('the words of a text do not depend on those before', async () => {
  const used = await makeAnalyzer({ language: 'en' });
  used.words(Array.from({ length: 270_000 }, (_, i) => `w${i}x`).join(' '));
  const text = 'Words, w1x, w200000x and w269999x of the texts';
  assert.equal(used.words(text), (await makeAnalyzer({ language: 'en' })).words(text));
});

test.run();
