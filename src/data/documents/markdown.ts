import { requireText } from '../text/require-text.js';
import { reduced } from './html.js';

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]+|$)/;
/** Below headings, between parts, and below the head of a table. */
const RULE = /^[ \t|:=*_-]+$/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;
const QUOTE = /^ {0,3}>[> \t]*/;
/** Where a link leads, or a footnote. */
const DEFINITION = /^ {0,3}\[[^[\]]+\]:[ \t]*/;
/** With few parentheses inside, as more would fill the stack of the expression. */
const TARGET = '\\([^()]*(?:\\([^()]*\\)[^()]*){0,8}\\)';
const IMAGE = new RegExp(`!\\[([^[\\]]*)\\](?:${TARGET}|\\[[^[\\]]*\\])`, 'g');
const LINK = new RegExp(`\\[([^[\\]]*)\\](?:${TARGET}|\\[[^[\\]]*\\])`, 'g');

/**
 * The text of Markdown, a line for each block (paragraph, heading, list item, cell): without front matter, fenced code, addresses of links and marks of emphasis; HTML in it goes
 * as htmlToText has it.
 */
export function markdownToText(markdown: string): string {
  requireText(markdown);
  const lines = withoutFrontMatter(markdown.replaceAll('\r\n', '\n').split('\n'));
  const blocks: string[] = [];
  let block: string[] = [];
  let fence: string | undefined;
  const end = () => {
    if (block.length > 0) blocks.push(plain(block.join(' ')));
    block = [];
  };
  for (const given of lines) {
    const line = given.replace(QUOTE, '');
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    } else if (mark !== undefined && !(mark[0] === '`' && line.trim().slice(mark.length).includes('`'))) {
      end();
      fence = mark;
    } else if (line.trim() === '' || RULE.test(line)) end();
    else if (DEFINITION.test(line)) {
      end();
      // A footnote is a text of its own.
      if (/^ {0,3}\[\^/.test(line)) block.push(line.replace(DEFINITION, ''));
    } else if (HEADING.test(line)) {
      end();
      block.push(withoutHashes(line.replace(HEADING, '').trim()));
      end();
    } else if (/^[ \t]*\|/.test(line)) {
      end();
      for (const cell of plain(line).split('|')) blocks.push(cell.trim());
    } else {
      if (ITEM.test(line)) end();
      block.push(line.replace(ITEM, '').trim());
    }
  }
  end();
  const text = blocks.filter((one) => one !== '').join('\n');
  return /[<&\u00ad]/.test(text) ? tidy(reduced(text, true)) : tidy(text);
}

function withoutFrontMatter(lines: string[]): string[] {
  const first = lines[0]!.replace(/^\ufeff/, '').trimEnd();
  if (first !== '---' && first !== '+++') return lines;
  const end = lines.findIndex(
    (line, i) => i > 0 && (line.trimEnd() === first || (first === '---' && line.trimEnd() === '...')),
  );
  return end < 0 ? lines : lines.slice(end + 1);
}

/** Of a closed heading. */
function withoutHashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end--;
  return end === 0 || (end < text.length && /\s/.test(text[end - 1]!)) ? text.slice(0, end) : text;
}

/** Text within a block. */
function plain(text: string): string {
  return text
    .replace(/<(?:https?:|mailto:)[^<>\s]*>/g, ' ')
    .replace(IMAGE, '$1')
    .replace(LINK, '$1')
    .replace(/\[\[([^[\]]*)\]\]/g, (_, inner: string) => inner.slice(inner.lastIndexOf('|') + 1))
    .replace(/\[\^[^[\]]*\]/g, '')
    .replace(/\*\*|__|~~|`+/g, '')
    .replace(/(?<![\p{L}\p{N}\\])[*_](?=\S)|(?<=[^\s\\])[*_](?![\p{L}\p{N}])/gu, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  return lines.filter((line) => line !== '').join('\n');
}
