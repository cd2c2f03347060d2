import { TableError } from '../tables/troubles.js';
import { isNumber } from '../text/number.js';
import { areProse } from '../text/prose.js';
import { shorten, show } from '../text/show.js';
import type { DocumentSettings } from './options.js';

/** Places of the columns that documents are made of. */
export interface DocumentColumns {
  readonly text: number;
  readonly label?: number;
  readonly date?: number;
  /** What documents are called. */
  readonly name?: number;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** What is known of columns: names where they have any, and some cells of each that are not empty. */
export interface ColumnSample {
  readonly name: string | undefined;
  readonly cells: readonly string[];
}

/** In English, German, French, Spanish, Italian, Portuguese and Dutch; without accents. Earlier names come first. */
const TEXTS = [
  ...['text', 'texts', 'fulltext', 'full_text', 'body', 'content', 'contents', 'abstract', 'document', 'doc'],
  ...['article', 'review', 'review_text', 'message', 'comment', 'sentence', 'tweet', 'post', 'description', 'summary'],
  ...['texte', 'inhalt', 'volltext', 'kommentar', 'bewertung', 'beschreibung', 'nachricht', 'beitrag', 'rezension'],
  ...['contenu', 'commentaire', 'avis', 'texto', 'contenido', 'comentario', 'resena', 'mensaje', 'descripcion'],
  ...['testo', 'contenuto', 'commento', 'recensione', 'conteudo', 'mensagem', 'avaliacao', 'descricao'],
  ...['tekst', 'inhoud', 'opmerking', 'beoordeling', 'bericht', 'omschrijving'],
];
const LABELS = [
  ...['label', 'labels', 'class', 'category', 'topic', 'kategorie', 'klasse', 'thema', 'rubrik'],
  ...['categorie', 'classe', 'etiquette', 'sujet', 'categoria', 'clase', 'etiqueta', 'tema', 'etichetta', 'rotulo'],
  ...['klas', 'onderwerp'],
];
const DATES = [
  ...['date', 'published', 'published_at', 'created_at', 'created', 'datetime', 'timestamp', 'time', 'year'],
  ...['datum', 'fecha', 'zeitpunkt', 'zeit', 'jahr', 'annee', 'ano', 'anno', 'jaar'],
];
const NAMES = [
  ...['name', 'id', 'title', 'file', 'url', 'titel', 'datei', 'nom', 'titre', 'nombre', 'titulo', 'nome', 'titolo'],
  ...['naam', 'bestand'],
];

type Asked = Pick<DocumentSettings, 'textColumn' | 'labelColumn' | 'dateColumn'>;

/**
 * Which columns are what: those asked for; else the text is the only column called as texts are, or the only one of running text; label, date and name go by what they are called.
 * @throws TableError naming the columns that may be meant, RangeError for a column that is none
 */
export function chooseColumns(columns: readonly ColumnSample[], asked: Asked): DocumentColumns {
  const warnings: string[] = [];
  const text = asked.textColumn === undefined ? textAmong(columns, asked) : textAt(columns, asked.textColumn);
  const taken = new Set([text]);
  const others = {
    label: choose(columns, asked.labelColumn, 'labelColumn', LABELS, taken, warnings),
    date: choose(columns, asked.dateColumn, 'dateColumn', DATES, taken, warnings),
    name: choose(columns, undefined, '', NAMES, taken, []),
  };
  const given = Object.entries(others).filter(([, at]) => at !== undefined);
  return { text, ...Object.fromEntries(given), warnings };
}

/** What a column is called in messages, and in options. */
export function nameOf(columns: readonly { readonly name: string | undefined }[], at: number): string | number {
  const name = columns[at]!.name;
  return name === undefined || name === '' ? at : name;
}

/** The column asked for. RangeError for one of numbers alone, which no vocabulary has words of. */
function textAt(columns: readonly ColumnSample[], column: string | number): number {
  const at = place(columns, column, 'textColumn');
  if (isNumeric(columns[at]!.cells))
    throw new RangeError(`textColumn: expected a column of texts, and ${shown(columns, [at])} holds numbers`);
  return at;
}

function textAmong(columns: readonly ColumnSample[], asked: Asked): number {
  const said = new Set(
    OTHERS.flatMap((option) => (asked[option] === undefined ? [] : [placeOf(columns, asked[option])])),
  );
  const texts = textsAmong(
    columns,
    columns.map((_, at) => at).filter((at) => !said.has(at)),
  );
  if (texts.length === 1) return texts[0]!;
  if (columns.length === 1 && !said.has(0) && !isNumeric(columns[0]!.cells)) return 0;
  if (texts.length > 1) refuseSeveral(columns, texts);
  refuseTextsElsewhere(columns, asked);
  return refuseNone(columns, said);
}

const OTHERS = ['labelColumn', 'dateColumn'] as const;

/** The columns called as texts are; where several are, or none is, those of running text. */
function textsAmong(columns: readonly ColumnSample[], among: readonly number[]): number[] {
  const free = among.filter((at) => !isNumeric(columns[at]!.cells));
  const called = free.filter((at) => TEXTS.includes(plain(columns[at]!.name)));
  if (called.length === 1) return called;
  const prose = (called.length > 1 ? called : free).filter((at) => areProse(columns[at]!.cells));
  return called.length > 1 && prose.length < 2 ? called : prose;
}

/** What goes on is proposed: the longest of them. */
function refuseSeveral(columns: readonly ColumnSample[], texts: readonly number[]): never {
  const longest = [...texts].sort((a, b) => lengthOf(columns[b]!.cells) - lengthOf(columns[a]!.cells))[0]!;
  throw new TableError(
    [`textColumn: expected the column of the texts to be said, got several that may be it: ${shown(columns, texts)}`],
    { textColumn: nameOf(columns, longest) },
  );
}

/** RangeError where another option names the only column that is plainly of texts. */
function refuseTextsElsewhere(columns: readonly ColumnSample[], asked: Asked): void {
  const [text, ...others] = textsAmong(columns, [...columns.keys()]);
  if (text === undefined || others.length > 0) return;
  for (const option of OTHERS)
    if (asked[option] !== undefined && placeOf(columns, asked[option]) === text)
      throw new RangeError(
        `${option}: expected another column than that of the texts, and ${shown(columns, [text])} is the only one of running text`,
      );
}

function refuseNone(columns: readonly ColumnSample[], said: ReadonlySet<number>): never {
  const free = [...columns.keys()].filter((at) => !said.has(at) && !isNumeric(columns[at]!.cells));
  if (free.length === 0)
    throw new RangeError(
      `text: expected a column of texts, got numbers alone${said.size > 0 ? ' in the columns that no option names' : ''}; topics and models take those as features, not as texts`,
    );
  throw new TableError([
    `textColumn: expected a column of texts, got none of running text among ${shown(columns, free)}; say which it is`,
  ]);
}

function shown(columns: readonly ColumnSample[], places: readonly number[]): string {
  const names = places.map((at) => nameOf(columns, at));
  return shorten(
    names.map((name) => (typeof name === 'string' ? show(name) : `column ${name}`)),
    String,
  );
}

function choose(
  columns: readonly ColumnSample[],
  asked: string | number | undefined,
  option: string,
  names: readonly string[],
  taken: Set<number>,
  warnings: string[],
): number | undefined {
  const found = asked === undefined ? called(columns, names, taken) : [place(columns, asked, option)];
  const [at] = found;
  if (at === undefined) return undefined;
  if (taken.has(at))
    throw new RangeError(
      `${option}: expected another column than the texts' or the labels', got ${show(String(asked))}`,
    );
  if (found.length > 1)
    warnings.push(
      `column ${show(String(nameOf(columns, at)))} is taken, though ${shorten(found.slice(1).map((other) => String(nameOf(columns, other))))} may be meant; the option ${option} says otherwise`,
    );
  taken.add(at);
  return at;
}

/** In the order of the names. */
function called(columns: readonly ColumnSample[], names: readonly string[], taken: ReadonlySet<number>): number[] {
  return names.flatMap((name) => {
    const at = columns.findIndex((column, place) => !taken.has(place) && plain(column.name) === name);
    return at < 0 ? [] : [at];
  });
}

function place(columns: readonly ColumnSample[], column: string | number, option: string): number {
  const at = placeOf(columns, column);
  if (at >= 0 && at < columns.length) return at;
  const among = columns.every(({ name }) => name === undefined)
    ? `a place among ${columns.length} columns`
    : `one of the columns ${shorten(columns.map((_, i) => String(nameOf(columns, i))))}`;
  throw new RangeError(`${option}: expected ${among}, got ${typeof column === 'string' ? show(column) : column}`);
}

function placeOf(columns: readonly ColumnSample[], column: string | number): number {
  if (typeof column === 'number') return column < 0 ? columns.length + column : column;
  return columns.findIndex(({ name }) => name === column);
}

function plain(name: string | undefined): string {
  return (name ?? '')
    .trim()
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[\s-]+/g, '_');
}

function isNumeric(cells: readonly string[]): boolean {
  return cells.length > 0 && cells.every((cell) => isNumber(cell));
}

function lengthOf(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.length, 0) / Math.max(1, cells.length);
}
