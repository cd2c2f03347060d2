// The elements that all drawings are made of.

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element, closed in itself where it has no content. Numbers get at most two decimals, text is escaped, what is undefined is left out. */
export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  let open = `<${name}`;
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) open += ` ${key}="${typeof value === 'number' ? fixed(value) : xml(value)}"`;
  }
  return content.length === 0 ? `${open}/>` : `${open}>${content.join('')}</${name}>`;
}

/** A group of elements, each in a line of its own. */
export function group(attributes: Attributes, elements: readonly string[]): string {
  return element('g', attributes, '\n', elements.map((line) => `${line}\n`).join(''));
}

/** What a reader sees of an element on pointing at it, and what a screen reader says. */
export function title(words: string): string {
  return element('title', {}, xml(words));
}

/** A whole drawing. `attributes` go to the svg element, the title is the drawing's own. */
export function drawing(
  width: number,
  height: number,
  attributes: Attributes,
  words: string,
  elements: readonly string[],
): string {
  const own = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    ...attributes,
  };
  return `${element('svg', own, '\n', [title(words), ...elements].map((line) => `${line}\n`).join(''))}\n`;
}

/** At most two decimals. */
export function fixed(x: number): string {
  const rounded = Math.round(x * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

export function clamp(x: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, x));
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text escaped for XML. Characters that XML cannot hold even escaped become U+FFFD. */
export function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replace(/[&<>"]/g, (character) => ESCAPES[character]!)
  );
}

/** Words at a place. */
export function text(x: number, y: number, words: string): string {
  return element('text', { x, y }, xml(words));
}
