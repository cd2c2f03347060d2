// Parts of outside texts in messages: no message is as long as what it complains of.

/** In quotes, long text cut off. */
export function show(text: string): string {
  return JSON.stringify(cut(text, 60));
}

/** The first characters. */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** The first few, in quotes unless said otherwise. */
export function shorten(list: readonly string[], write: (text: string) => string = show): string {
  return list.slice(0, 8).map(write).join(', ') + (list.length > 8 ? ', …' : '');
}
