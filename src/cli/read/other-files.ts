// What is neither rows nor text, by how it begins. Apart from files of rows, so that pages can tell too.

/** Files that people take for tables, by how they begin, and what to do about them. */
const OTHERS: readonly (readonly [begin: string, what: string])[] = [
  ['PK\x03\x04', 'a zip file, as spreadsheets are saved; export it as CSV'],
  ['\xd0\xcf\x11\xe0', 'an old spreadsheet; export it as CSV'],
  ['PAR1', 'Parquet; write it as CSV'],
  ['\x93NUMPY', 'a NumPy array; write it with numpy.savetxt'],
  ['\x89PNG', 'a PNG image; images are learned from as a folder for each class'],
  ['\xff\xd8\xff', 'a JPEG image; images are learned from as a folder for each class'],
  ['%PDF', 'a PDF; write its text with pdftotext'],
  ['BZh', 'packed by bzip2; unpack it first'],
  ['\xfd7zXZ', 'packed by xz; unpack it first'],
  ['\x28\xb5\x2f\xfd', 'packed by zstd; unpack it first'],
];

/** What else a file is by its first bytes, and what to do about it. */
export function otherFile(head: Uint8Array): string | undefined {
  const begin = String.fromCharCode(...head.subarray(0, 8));
  return OTHERS.find(([known]) => begin.startsWith(known))?.[1];
}
