/** So many words make a cell a text rather than a name. */
const FEWEST_WORDS = 5;
/** Of writing that puts no blanks between words: so many characters are about as many words. */
const FEWEST_SIGNS = 12;
/** Thai, Lao, Myanmar, Khmer, kana and Han. Ranges, as engines differ in their tables of Unicode. */
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/g;
const WORD = /[A-Za-z\u00aa-\uffff]/;
/** Of a long text, what is looked at. */
const LOOKED_AT = 1000;
const SHARE = 0.5;

/** Whether a cell is running text: five words of letters or more, or as much of writing without blanks. */
export function isProse(cell: string): boolean {
  const head = cell.length > LOOKED_AT ? cell.slice(0, LOOKED_AT) : cell;
  let words = 0;
  for (const word of head.split(/\s+/)) if (WORD.test(word) && ++words === FEWEST_WORDS) return true;
  return (head.match(UNSPACED)?.length ?? 0) >= FEWEST_SIGNS;
}

/** Whether at least half of the cells are running text. */
export function areProse(cells: readonly string[]): boolean {
  let prose = 0;
  for (const cell of cells) if (isProse(cell)) prose++;
  return prose > 0 && prose >= SHARE * cells.length;
}
