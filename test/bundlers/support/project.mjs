import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../browser/support/npm.mjs';
import { packedProject } from '../../browser/support/packed-project.mjs';

const tools = fileURLToPath(new URL('../node_modules/', import.meta.url));
const sources = fileURLToPath(new URL('../project/', import.meta.url));
/** One installation, which every project gets a copy of: links would be taken for packages in the making. */
const installed = realpathSync(packedProject());
/** Ms after which a tool is taken for stuck. */
const LIMIT = 180_000;

/** A fresh project outside the repository, with the package installed and the sources of ../project and of test/browser/consumer. */
export class Project {
  running = new Set();

  constructor() {
    this.folder = realpathSync(mkdtempSync(join(dirname(installed), 'espalier-project-')));
    cpSync(join(installed, 'node_modules'), this.path('node_modules'), { recursive: true });
    for (const name of ['learn.js', 'types.ts', 'types-page.ts']) cpSync(join(installed, name), this.path(name));
    cpSync(sources, this.folder, { recursive: true });
    this.write('package.json', JSON.stringify({ name: 'project', private: true, type: 'module' }));
  }

  path(name) {
    return join(this.folder, name);
  }

  read(name) {
    return readFileSync(this.path(name), 'utf8');
  }

  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Links installed tools into the project, for where it is not enough that they run there. */
  add(...names) {
    for (const name of names) {
      const link = this.path(`node_modules/${name}`);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(tools, name), link, 'junction');
    }
  }

  /** Has the page start the worker of espalier/worker itself, from espalier-worker.js beside it. */
  useOwnStart() {
    this.write('started.js', this.read('own-started.js'));
  }

  /** Has the sources import the one file of the package, which has no parts that load later. */
  useOneFile() {
    this.write('learn.js', this.read('learn.js').replaceAll(/'espalier(\/read)?'/g, "'espalier/espalier.min.js'"));
  }

  /** Runs a script of an installed tool, or a file of the project, in the project; resolves with what it prints. */
  async run(script, args = [], { env = {}, limit = LIMIT } = {}) {
    const child = this.start(script, args, env);
    const timer = setTimeout(() => end(child), limit);
    const { code, signal } = await child.ended;
    clearTimeout(timer);
    if (code !== 0)
      throw new Error(`${script} ${args.join(' ')} ended with ${signal ?? code}\n${child.out}\n${child.err}`);
    return child.out;
  }

  /** Starts it, for tools that go on. Resolves with the first match in what it prints. */
  async serve(script, args, pattern) {
    const child = this.start(script, args);
    const timer = setTimeout(() => end(child), LIMIT);
    const found = await new Promise((resolve, reject) => {
      child.stdout.on('data', () => {
        const match = pattern.exec(child.out);
        if (match) resolve(match);
      });
      child.ended.then(() => reject(new Error(`${script} ended\n${child.out}\n${child.err}`)));
    });
    clearTimeout(timer);
    return found;
  }

  start(script, args, env = {}) {
    const tool = join(tools, script);
    const path = existsSync(tool) ? tool : this.path(script);
    if (!existsSync(path)) throw new Error(`${script} is not installed`);
    const child = spawn(process.execPath, [path, ...args], {
      cwd: this.folder,
      // A group of its own, so that what it has started ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    });
    child.out = '';
    child.err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (child.out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (child.err += text));
    child.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.running.delete(child);
        resolve({ code, signal });
      });
    });
    this.running.add(child);
    return child;
  }

  async remove() {
    for (const child of this.running) end(child);
    await Promise.all([...this.running].map(({ ended }) => ended));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
