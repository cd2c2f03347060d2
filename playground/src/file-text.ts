// The text of given files, or in words why there is none.
import { otherFile } from '../../dist/cli/read/other-files.js';
import type { GivenFile, Reading } from './reading.js';
import { type Remediable, type Remedy, someOf } from './trouble.js';
import { starting } from './worker.js';

/** For what is not UTF-8: what spreadsheets and editors of old wrote. */
const OLD = 'windows-1252';

export interface FileTexts {
  /** One a file. */
  readonly texts: readonly string[];
  /** What was taken on the user's word. */
  readonly told: readonly string[];
}

/** RangeError that names the files that are no text. */
export async function textsOf(files: readonly GivenFile[], { encoding, leaveOut = [] }: Reading): Promise<FileTexts> {
  const old: string[] = [];
  const bad: { readonly name: string; readonly message: string; readonly isOld: boolean }[] = [];
  const texts = await Promise.all(
    files.map(async (file) => {
      const { name } = file;
      // Among others an empty one is a text without words.
      if (file.bytes.length === 0 && files.length > 1) return '';
      const kind = otherKind(file.bytes);
      if (kind) bad.push({ name, message: kind, isOld: false });
      else
        try {
          return await decoded(file, encoding, old);
        } catch (error) {
          const { message } = error as Error;
          bad.push({
            name,
            message: message.replace(/^bytes: |; the option encoding.*$/g, ''),
            isOld: /UTF-8/.test(message),
          });
        }
      return '';
    }),
  );
  if (bad.length > 0) {
    const [{ name, message }] = bad as [(typeof bad)[0]];
    const more = bad.length > 1 ? `; in all ${bad.length} files of ${files.length} are no text` : '';
    const error: Remediable = new RangeError(`${name}: ${message}${more}`);
    const old = bad.filter(({ isOld }) => isOld).map(({ name }) => name);
    const none = bad.filter(({ isOld }) => !isOld).map(({ name }) => name);
    const short = (names: readonly string[]) => someOf(names.map((name) => name.split('/').at(-1)!));
    const without = (names: readonly string[]): Remedy => ({
      words: `Leave out ${short(names)}`,
      reading: { leaveOut: [...leaveOut, ...names] },
    });
    const inOld = { words: `Read ${short(old)} as ${OLD}`, reading: { encoding: OLD } };
    error.remedies = [
      ...(old.length === 0 ? [] : none.length === 0 ? [inOld] : [both(inOld, without(none))]),
      ...(files.length > bad.length ? [without([...none, ...old])] : []),
    ];
    throw error;
  }
  return { texts, told: old.length > 0 ? [`Read as ${encoding}, as it is not UTF-8: ${someOf(old)}.`] : [] };
}

function both(one: Remedy, other: Remedy): Remedy {
  const then = other.words[0]!.toLowerCase() + other.words.slice(1);
  return { words: `${one.words}, ${then}`, reading: { ...one.reading, ...other.reading } };
}

async function decoded({ name, bytes }: GivenFile, encoding: string | undefined, old: string[]): Promise<string> {
  const worker = await starting;
  // The worker takes what it is given.
  const utf8 = worker.textOf(bytes.slice());
  if (!encoding) return utf8;
  return utf8.catch(() => {
    old.push(name);
    return worker.textOf(bytes.slice(), { encoding });
  });
}

/** What these bytes are, if they are no text that a reader takes. */
function otherKind(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'expected text, got an empty file';
  const other = otherFile(bytes);
  if (other) return `expected text, got ${other}`;
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!isPacked && !isWide && bytes.subarray(0, 65_536).includes(0)) return 'expected text, got bytes that are none';
  return undefined;
}
