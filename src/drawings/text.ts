// Letters, which nothing here can measure.

/** In em, by rule of thumb. Wide scripts take a whole em a character. */
export function textWidth(text: string): number {
  let em = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    em += code >= 0x1100 ? 1.05 : /[A-Z@%MWmw]/.test(character) ? 0.75 : 0.57;
  }
  return em;
}

/** A name that is too long for a label, cut to `most` characters. */
export function shorten(name: string, most = 24): string {
  const characters = Array.from(name);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : name;
}
