import { Tokenizer } from 'htmlparser2';
import { requireText } from '../text/require-text.js';

/** What these hold is no text of the page. */
const SKIPPED = new Set([
  'head',
  'script',
  'style',
  'template',
  'noscript',
  'svg',
  'math',
  'iframe',
  'object',
  'select',
  'nav',
  'footer',
  'aside',
  'form',
  'button',
]);
/** A head that is not closed ends before anything else. */
const OF_HEAD = new Set(['title', 'meta', 'link', 'base', 'script', 'style', 'noscript', 'template']);
/** These stand within a sentence; all others begin and end one. */
const INLINE = new Set([
  ...['a', 'abbr', 'acronym', 'b', 'bdi', 'bdo', 'big', 'cite', 'code', 'data', 'del', 'dfn', 'em', 'font', 'i', 'img'],
  ...['ins', 'kbd', 'label', 'mark', 'nobr', 'q', 'rp', 'rt', 'ruby', 's', 'samp', 'small', 'span', 'strike', 'strong'],
  ...['sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr'],
]);

/**
 * The text of a page of HTML, a line for each block (paragraph, heading, list item, cell): without head, scripts, styles and what stands around the text (nav, aside, footer, form, button), entities decoded, runs of white space as one blank.
 * Tags may be unclosed or misplaced; time is linear in the length, however deep they are nested.
 */
export function htmlToText(html: string): string {
  requireText(html);
  return reduced(html, false);
}

/** Of text with tags in it; `lines`: its line ends stay. */
export function reduced(html: string, lines: boolean): string {
  const blocks: string[] = [];
  let parts: string[] = [];
  /** The element that is skipped, and how many of its kind are open. */
  let skipped = '';
  let depth = 0;
  const add = (text: string) => {
    if (skipped === '') parts.push(text);
  };
  const endBlock = () => {
    const space = lines ? /[^\S\n]+/g : /\s+/g;
    const block = parts.join('').replaceAll('\u00ad', '').replace(space, ' ').trim();
    if (block !== '') blocks.push(block);
    parts = [];
  };
  const openTag = (name: string) => {
    if (skipped === 'head' && !OF_HEAD.has(name)) skipped = '';
    if (skipped !== '') {
      if (name === skipped) depth++;
    } else if (SKIPPED.has(name)) {
      endBlock();
      skipped = name;
      depth = 1;
    } else if (!INLINE.has(name)) endBlock();
  };
  const closeTag = (name: string) => {
    if (skipped === '') {
      if (!INLINE.has(name)) endBlock();
    } else if (name === skipped && --depth === 0) skipped = '';
  };
  let opened = '';
  const nothing = () => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (start, end) => add(html.slice(start, end)),
      ontextentity: (code) => add(String.fromCodePoint(code)),
      onopentagname: (start, end) => {
        opened = html.slice(start, end).toLowerCase();
        openTag(opened);
      },
      onselfclosingtag: () => {
        // Of HTML only these are empty by their slash.
        if (opened === 'svg' || opened === 'math') closeTag(opened);
      },
      onclosetag: (start, end) => closeTag(html.slice(start, end).toLowerCase()),
      oncdata: (start, end, offset) => add(html.slice(start, end - offset)),
      onend: endBlock,
      ...{ onattribdata: nothing, onattribentity: nothing, onattribend: nothing, onattribname: nothing },
      ...{ oncomment: nothing, ondeclaration: nothing, onopentagend: nothing, onprocessinginstruction: nothing },
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return blocks.join('\n');
}
