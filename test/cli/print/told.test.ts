import { TextVectorizer } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { vocabularyLine, vocabularyWarnings } from '#dist/cli/print/told.js';

const test = suite('told');

const jsonOf = async (text: string, options = {}) => (await TextVectorizer.learn([text, text], options)).toJSON();

test('what was decided on words is told, with the option that decides otherwise', async () => {
  const english = await jsonOf('the cat and the dog were in the garden with a ball');
  assert.is(vocabularyLine(english), '4 words, without the stop words of en (--language none keeps them)');
  const odd = await jsonOf('zzz qqq xxx');
  assert.is(
    vocabularyLine(odd),
    '3 words, stop words too, as those of no language cover the texts (--language names one)',
  );
  assert.is(vocabularyLine(await jsonOf('zzz the', { language: 'none' }), 'none'), '2 words, stop words too');
});

test('pairs of characters are told, with the segmenter of the script', async () => {
  assert.match(vocabularyWarnings(await jsonOf('我们学习中文'))[0]!, /--segmenter zh finds words$/);
  assert.match(vocabularyWarnings(await jsonOf('カタカナとコンピュータ'))[0]!, /--segmenter ja /);
  assert.match(vocabularyWarnings(await jsonOf('ภาษาไทย'))[0]!, /--segmenter th /);
  assert.equal(vocabularyWarnings(await jsonOf('我们学习中文', { segmenter: 'zh' })), []);
  assert.equal(vocabularyWarnings(await jsonOf('many plain words of English in a sentence about pictures 中文')), []);
});

test.run();
