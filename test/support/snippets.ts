// Blocks of code in Markdown, and whether what they print is what the text says.

export interface Snippet {
  readonly language: string;
  readonly code: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** `<!-- continues -->` stands before it: it goes on from the block of the same language before it. */
  readonly continues: boolean;
  /** What it prints: the block of `text` that follows it with nothing between. */
  readonly output?: string;
}

/** All fenced blocks in order; those of `text` that follow another are its output. */
export function snippetsOf(markdown: string): Snippet[] {
  const found: Snippet[] = [];
  const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
  let end = -1;
  for (const match of markdown.matchAll(fence)) {
    const [whole, language, code] = match as unknown as [string, string, string];
    const between = markdown.slice(Math.max(0, end), match.index);
    const previous = found.at(-1);
    if (language === 'text' && previous && end >= 0 && between.trim() === '') {
      found[found.length - 1] = { ...previous, output: code };
    } else {
      const line = markdown.slice(0, match.index).split('\n').length;
      found.push({ language, code, line, continues: /<!-- continues -->\s*$/.test(between) });
    }
    end = match.index + whole.length;
  }
  return found;
}

/** The commands of a shell block: comments, empty lines and line continuations taken away. */
export function commandsOf(code: string): string[] {
  return code
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Equal, but for blanks at the ends of lines; `…` stands for anything in a line, alone on a line for any lines. */
export function agrees(printed: string, expected: string): boolean {
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  const pattern = lines(expected).map((line) =>
    line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(escaped).join('.*')}\\n`,
  );
  return new RegExp(`^${pattern.join('')}$`).test(`${lines(printed).join('\n')}\n`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Targets of links and images that lie in the repository. */
export function localLinks(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}
