// Files as they are given: chosen, or dropped, folders with all that lies in them.
import type { GivenFile } from './reading.js';

interface Named {
  readonly file: File;
  /** With the folders it lies in. */
  readonly name: string;
}

export function readAll(files: readonly Named[]): Promise<GivenFile[]> {
  return Promise.all(files.map(async ({ file, name }) => ({ name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

export async function dropped(transfer: DataTransfer): Promise<GivenFile[]> {
  // Entries are there only now, before anything is waited for.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (!entries.some(({ isDirectory }) => isDirectory))
    return readAll([...transfer.files].map((file) => ({ file, name: file.name })));
  return readAll((await Promise.all(entries.map(walk))).flat());
}

async function walk(entry: FileSystemEntry): Promise<Named[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ file, name: entry.fullPath.slice(1) }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(walk))).flat();
}
