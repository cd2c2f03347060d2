import { htmlToText, markdownToText } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuses } from '../../support/refuses.js';

const test = suite('HTML and Markdown to text');

test('HTML: blocks are lines, tags within a sentence none', () => {
  assert.is(
    htmlToText('<h1>A  title</h1>\n<p>One <b>bo</b>ld\n word<br>two</p><ul><li>a<li>b</ul><div>x<div>y</div>z</div>'),
    'A title\nOne bold word\ntwo\na\nb\nx\ny\nz',
  );
  assert.is(htmlToText('<table><tr><td>1<td>2<tr><td>3</table>'), '1\n2\n3');
});

test('HTML: entities are decoded', () => {
  assert.is(
    htmlToText('&lt;p&gt; &amp;amp; &eacute;&#233;&#xe9; &euro;&nbsp;5 soft&shy;ly &nosuch; &copy'),
    '<p> &amp; ééé € 5 softly &nosuch; ©',
  );
});

test('HTML: head, scripts, styles, comments and pictures are left out', () => {
  const page = `<!doctype html><html><head><title>t</title><style>p { color: red }</style></head>
    <body><!-- no <p>no</p> --><script>if (a < b) document.write("<p>no</p>")</script><p>yes</p>
    <svg><text>no</text></svg><noscript>no</noscript><template><p>no</p></template>more</body></html>`;
  assert.is(htmlToText(page), 'yes\nmore');
  assert.is(htmlToText('<head><title>t</title><p>a head that is not closed'), 'a head that is not closed');
  assert.is(htmlToText('a < b and c > d'), 'a < b and c > d');
  refuses(() => htmlToText(3 as never), TypeError, /^text: expected a string/);
});

test('Markdown: front matter, code, addresses and marks are left out', () => {
  const notes = `---
title: no
---
# A *title* #

A paragraph with a [link](http://no.org/a_(b) "no"), ![a picture](no.png)
that goes on, **bold**, _it_, snake_case, 2 * 3 and \\*stars\\*.

Setext
======

- one [ref][no]
- [x] two
1. three

> quoted

~~~
no
~~~
\`\`\`js
no
\`\`\`
| a | b |
|---|:-:|
| c | [[page|d]] |

***
[no]: http://no.org
A &amp; <b>B</b> <https://no.org>
`;
  assert.is(
    markdownToText(notes),
    [
      'A title',
      'A paragraph with a link, a picture that goes on, bold, it, snake_case, 2 * 3 and *stars*.',
      ...['Setext', 'one ref', 'two', 'three', 'quoted', 'a', 'b', 'c', 'd', 'A & B'],
    ].join('\n'),
  );
});

test('Markdown: what only looks like it stays', () => {
  assert.is(markdownToText('plain words, 3 < 4'), 'plain words, 3 < 4');
  assert.is(markdownToText('#hashtag and C# and a_b_c'), '#hashtag and C# and a_b_c');
  assert.is(markdownToText(''), '');
  assert.is(markdownToText('---\nno end of it'), 'no end of it');
});

test('what stands around the text of a page is left out', () => {
  const page =
    '<body><nav><a href="/">Home</a></nav><main><p>Text</p><form>Name <button>Send</button></form></main><aside>More</aside><footer>Imprint</footer></body>';
  assert.is(htmlToText(page), 'Text');
});

test.run();
