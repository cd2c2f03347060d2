import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseTarGzip } from 'nanotar';
import { UserError } from '../errors.js';

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
  for (const file of await parseTarGzip(await fetchTarball(`${name}@${version}`))) files.set(file.name, file.data);
  return (path) => {
    const bytes = files.get(`package/${path}`);
    if (!bytes) throw new Error(`${name}@${version}: expected a file ${path}, got ${[...files.keys()].join(', ')}`);
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

async function fetchTarball(spec: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-'));
  try {
    // On Windows npm is a script, which takes a shell to run.
    await promisify(execFile)('npm', ['pack', spec], { cwd: folder, shell: process.platform === 'win32' });
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    if (!tarball) throw new Error('no tarball was written');
    return new Uint8Array(readFileSync(join(folder, tarball)));
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
