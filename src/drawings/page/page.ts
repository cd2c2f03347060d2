import { Sha256 } from '../../files/sha256.js';
import { xml } from '../svg.js';

/** What a page is made of. */
export interface PageParts {
  readonly title: string;
  readonly style: string;
  /** Run behind the body, and nothing but this. */
  readonly script: string;
  /** Lines of markup. */
  readonly body: readonly string[];
  /** Elements behind the script, which a page can do without at first. */
  readonly rest?: readonly string[];
}

/** A page in one file: nothing is loaded, and no other script than its own may run. */
export function htmlPage({ title, style, script, body, rest = [] }: PageParts): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${hashOf(script)}'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${xml(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    ...body,
    `<script>${script}</script>`,
    ...rest,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** As a content security policy names a script. */
function hashOf(script: string): string {
  const hex = new Sha256().update(new TextEncoder().encode(script)).hex();
  return `sha256-${btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))))}`;
}

/** A value that a script of the page reads by JSON.parse. No text in it can end the element. */
export function jsonElement(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;
}
