import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parseTar } from 'nanotar';
import { shorten } from '../../data/text/show.js';
import { UserError } from '../errors.js';
import { readBytes } from './bytes.js';

/** Of a package, unpacked: several times the largest of the sets known by name. */
const MOST_BYTES = 2 ** 30;

/** The contents of a file of the package, by its path inside it. */
export type PackageFiles = (path: string) => Uint8Array;

/**
 * The files of this version of an npm package: those installed beside Espalier, else fetched by `npm pack`, which installs and runs nothing.
 * @param onFetch called before a fetch
 * @throws UserError when npm is missing or fails
 */
export async function packageFiles(name: string, version: string, onFetch: () => void): Promise<PackageFiles> {
  const folder = installedFolder(name, version);
  if (folder) return (path) => readFileSync(join(folder, path));
  onFetch();
  const files = new Map<string, Uint8Array | undefined>();
  for (const file of await fetchFiles(`${name}@${version}`)) if ('data' in file) files.set(file.name, file.data);
  return (path) => {
    const bytes = files.get(`package/${path}`);
    if (!bytes)
      throw new Error(`${name}@${version}: expected a file ${path}, got ${shorten([...files.keys()], String)}`);
    return bytes;
  };
}

function installedFolder(name: string, version: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    if (JSON.parse(readFileSync(manifest, 'utf8')).version === version) return dirname(manifest);
  } catch {
    // Not installed: the common case.
  }
  return undefined;
}

async function fetchFiles(spec: string): Promise<ReturnType<typeof parseTar>> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-'));
  try {
    // On Windows npm is a script, which takes a shell to run. It checks what it fetches by the registry's hash.
    await promisify(execFile)('npm', ['pack', spec], { cwd: folder, shell: process.platform === 'win32' });
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    if (!tarball) throw new Error('no tarball was written');
    const unpacked = gunzipSync(readBytes(join(folder, tarball)), { maxOutputLength: MOST_BYTES, chunkSize: 2 ** 20 });
    // A copy: the reader takes the whole of the buffer that lies under an array.
    return parseTar(new Uint8Array(unpacked));
  } catch (error) {
    throw new UserError(`npm pack ${spec}: ${reasonOf(error)}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm's own lines of error, or why it did not run at all. */
function reasonOf(error: unknown): string {
  const { stderr, message, code } = error as Error & { stderr?: string; code?: unknown };
  if (code === 'ENOENT') return 'expected npm on the PATH, found none';
  const lines = (stderr ?? '').split('\n').filter((line) => /^npm (error|ERR!) (?!A complete log)/.test(line));
  return lines.slice(0, 2).join('; ') || message;
}
