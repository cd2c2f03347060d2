import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sentencesOf } from '#dist/data/documents/sentences.js';

const test = suite('sentences');

/** One sentence between bars. */
const CASES = [
  'One.|Two!|Three?',
  '“Is it so?”|He said: it is.|(It was.)|End',
  'Prices rose 3.5 pct. to 1.20 dollars.|Done.',
  'Mr. Smith and Dr. J. R. Jones met at St. Paul, e.g. in U.S. courts.|They left.',
  'See www.example.com or file.txt for more.|Bye',
  'Wait... what?|Oh…|Yes?!|No',
  'first line|second line|third',
  '今天天气很好。|我们去公园！|好吗？',
  '「行こう。」|彼は言った。',
  'ما اسمك؟|اسمي علي.|شكرا',
  'यह एक वाक्य है।|दूसरा।',
  'Er kam z. B. gestern.|Heute nicht.',
  'no end',
];

test('sentences end where a reader ends them', () => {
  for (const marked of CASES) {
    const wanted = marked.split('|');
    // Asian marks need no blank; lines end in a line break.
    const text = wanted.join(/line/.test(marked) ? '\n' : /[。।]/.test(marked) ? '' : ' ');
    assert.equal(
      sentencesOf(text).map(({ start, end }) => text.slice(start, end)),
      wanted,
    );
  }
});

test('whatever the text, sentences rise, do not meet and leave out nothing but blanks', () => {
  const pieces = ['a', 'B', '.', '!', '…', ' ', '\n', '。', '"', ')', '1', 'Mr', '😀', '\u3000', '\r\n', 'U.S'];
  let state = 1;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  for (let round = 0; round < 500; round++) {
    const text = Array.from({ length: next() % 40 }, () => pieces[next() % pieces.length]).join('');
    let at = 0;
    for (const { start, end } of sentencesOf(text)) {
      assert.ok(start >= at && end > start && end <= text.length);
      assert.is(text.slice(at, start).trim(), '');
      assert.is(text.slice(start, end).trim(), text.slice(start, end));
      at = end;
    }
    assert.is(text.slice(at).trim(), '');
  }
});

test('empty texts have none', () => {
  for (const text of ['', ' ', '\n\n']) assert.equal(sentencesOf(text), []);
});

test.run();
