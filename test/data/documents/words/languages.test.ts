import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeAnalyzer } from '#dist/data/documents/words/analyzer.js';
import { languageOf } from '#dist/data/documents/words/language-of.js';
import { LANGUAGES } from '#dist/data/documents/words/languages.js';

/** Sentences that their authors would write. */
const SENTENCES: Readonly<Record<string, string>> = {
  ar: 'قال الوزير إن الحكومة سوف تعمل على حل هذه المشكلة التي ظهرت في العام الماضي',
  bg: 'Правителството каза, че няма да повиши данъците през тази година, защото икономиката е стабилна',
  da: 'Regeringen har sagt, at den ikke vil hæve skatterne i år, fordi økonomien er stabil og der er blevet flere i arbejde. Efter valget var der noget uro, men det blev roligt hos os',
  de: 'Die Regierung hat gesagt, dass sie die Steuern in diesem Jahr nicht erhöhen will',
  el: 'Η κυβέρνηση είπε ότι δεν θα αυξήσει τους φόρους και ότι η οικονομία είναι σταθερή',
  en: 'The government said that it will not raise taxes this year because the economy is stable',
  es: 'El gobierno dijo que no va a subir los impuestos este año porque la economía es estable',
  fi: 'Hallitus sanoi, että se ei aio nostaa veroja tänä vuonna, koska talous on vakaa ja se kasvaa',
  fr: "Le gouvernement a dit qu'il ne va pas augmenter les impôts cette année parce que l'économie est stable",
  hu: 'A kormány azt mondta, hogy nem emeli az adókat ebben az évben, mert a gazdaság stabil',
  id: 'Pemerintah mengatakan bahwa pajak tidak akan dinaikkan pada tahun ini karena ekonomi sudah stabil',
  it: "Il governo ha detto che non aumenterà le tasse quest'anno perché l'economia è stabile",
  ja: '政府は今年は税金を上げないと言った。経済が安定しているからである。',
  nl: 'De regering heeft gezegd dat zij de belastingen dit jaar niet zal verhogen omdat de economie stabiel is',
  pt: 'O governo disse que não vai aumentar os impostos este ano porque a economia está estável',
  ro: 'Guvernul a spus că nu va mări taxele în acest an pentru că economia este stabilă',
  ru: 'Правительство сказало, что оно не будет повышать налоги в этом году, потому что экономика стабильна',
  sv: 'Regeringen har sagt att den inte kommer att höja skatterna i år eftersom ekonomin är stabil',
  tr: 'Hükümet bu yıl vergileri artırmayacağını çünkü ekonominin çok iyi olduğunu ve daha da büyüyeceğini söyledi',
  zh: '政府说今年不会提高税收，因为经济很稳定，而且他们的收入也增加了',
};

test('the language of a text is the one whose stop words cover most of it', async () => {
  const found: Record<string, string> = {};
  for (const [code, sentence] of Object.entries(SENTENCES)) found[code] = await languageOf([sentence]);
  assert.equal(found, Object.fromEntries(Object.keys(SENTENCES).map((code) => [code, code])));
});

test('a text that no list covers is of no language', async () => {
  const texts = [
    '',
    '...',
    '1987 22',
    'oil price barrel crude opec quota tanker refinery output of cargo',
    'กฎหมาย',
    '서울의 경제가 성장하고',
    'קצב הצמיחה',
    'zur',
  ];
  for (const text of texts.slice(0, 7)) assert.is(await languageOf([text]), 'none', text);
  assert.is(await languageOf([]), 'none');
  const analyzer = await makeAnalyzer({}, ['oil price barrel crude opec']);
  assert.equal(analyzer.words('the oil'), ['the', 'oil']);
});

test('each language has stop words that its analyzer leaves out, and what it is made again from', async () => {
  for (const [language, { stopWords, stemmer }] of Object.entries(LANGUAGES)) {
    const analyzer = await makeAnalyzer({ language });
    const { stopwords } = await stopWords();
    const kept = stopwords.filter((word) => analyzer.words(word).join('') !== '');
    // Entries of several words.
    assert.ok(kept.length <= 0.02 * stopwords.length, `${language}: ${kept}`);
    assert.ok(stopwords.length >= 25, language);
    if (stemmer) assert.type((await stemmer()).stemmer('abc'), 'string');
    const again = await makeAnalyzer(JSON.parse(JSON.stringify(analyzer.settings)));
    assert.equal(again.settings, analyzer.settings);
  }
});

test('what language was found is told', async () => {
  const { settings } = await makeAnalyzer({}, [SENTENCES.de!]);
  assert.is(settings.language, 'de');
  assert.equal(settings, {
    language: 'de',
    stopWords: [],
    stem: false,
    numbers: false,
    minLength: 2,
    keepCase: false,
  });
});

test('Greek lists have no accents, and texts do', async () => {
  const analyzer = await makeAnalyzer({ language: 'el' });
  assert.equal(analyzer.words('ότι αυτή είναι πως της οικονομίας'), ['', 'οικονομίας']);
});

test('own stop words besides those of the language', async () => {
  const analyzer = await makeAnalyzer({ language: 'en', stopWords: ['Reuters', 'cafe\u0301'] });
  assert.equal(analyzer.words('the reuters café said'), ['', 'said']);
});

test('stems stand for all forms of a word, and the full forms stay readable', async () => {
  const analyzer = await makeAnalyzer({ language: 'en', stem: true });
  const text = 'The banks agreed on Policies; policy of banking';
  assert.equal(analyzer.words(text), ['', 'bank', 'agre', '', 'polici', '', 'polici', '', 'bank']);
  assert.equal(analyzer.fullForms(text), ['', 'banks', 'agreed', '', 'policies', '', 'policy', '', 'banking']);
  const plain = await makeAnalyzer({ language: 'en' });
  assert.equal(plain.fullForms(text), plain.words(text));
});

test('what cannot be done is refused by name', async () => {
  const cases: readonly (readonly [object, ErrorConstructor, RegExp])[] = [
    [{ language: 'none', stem: true }, RangeError, /^stem: expected a language with a stemmer \(ar, .*\), got "none"$/],
    [{ language: 'zh', stem: true }, RangeError, /^stem: .*got "zh"$/],
    [{ stem: true }, RangeError, /^stem: .*got "none", which is what the texts look like; say their language$/],
    [{ language: 'xx' }, TypeError, /^language: expected one of auto, none, ar, .*, got "xx"$/],
    [{ segmenter: 'not a locale' }, RangeError, /^segmenter: expected a locale such as 'zh', got "not a locale"$/],
    [{ segmenter: '' }, RangeError, /^segmenter: /],
    [{ minLength: 0 }, RangeError, /^minLength: expected an integer from 1, got 0$/],
    [{ stopWords: 'the' }, TypeError, /^stopWords: /],
  ];
  for (const [options, kind, message] of cases) {
    const error = await makeAnalyzer(options, ['xyzzy']).then(
      () => undefined,
      (reason: Error) => reason,
    );
    assert.instance(error, kind, JSON.stringify(options));
    assert.match(error!.message, message);
  }
});

/** Documents that have a word, and words that no vocabulary should have; counted by hand. */
const SAMPLES = {
  german: {
    language: 'de',
    has: { zinsen: 4, bundesbank: 2, mannschaft: 3, stadion: 3, stürmer: 3, sonne: 3, börse: 2, schießen: 2 },
    not: 'die der das und in den hat ist weil sind ein einen auf wird nach ohne',
  },
  chinese: {
    language: 'zh',
    has: { 比赛: 6, 天气: 5, 企业: 4, 银行: 4, 教练: 3, 球迷: 3, 贸易: 2, 台风: 2 },
    not: '的 了 在 也 很 我 所以 因此 没有 我们',
  },
  arabic: {
    language: 'ar',
    has: { التضخم: 3, كرة: 3, القدم: 3, النفط: 2, الشركات: 3, المنتخب: 3, الطقس: 3, الأمطار: 2 },
    not: 'في من على إلى هذا إن بعد عن هي',
  },
};

for (const [name, { language, has, not }] of Object.entries(SAMPLES)) {
  test(`a ${name} sample has the words of its subjects and no stop words`, async () => {
    const file = new URL(`../../../../../test/data/documents/samples/${name}.tsv`, import.meta.url);
    const texts = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[1]!);
    const analyzer = await makeAnalyzer({}, texts);
    assert.is(analyzer.settings.language, language);
    const documents = new Map<string, number>();
    for (const text of texts)
      for (const word of new Set(analyzer.words(text))) documents.set(word, (documents.get(word) ?? 0) + 1);
    for (const [word, count] of Object.entries(has)) assert.is(documents.get(word), count, word);
    for (const word of not.split(' ')) assert.not.ok(documents.has(word), word);
  });
}

test.run();
