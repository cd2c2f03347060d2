import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Scratch } from '../../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const path = (name: string) => scratch.path(name);
const root = process.getuid?.() === 0;
/** Nothing is forbidden to root: another user asks. */
const OTHER = 65534;
const AS_OTHER = ['setpriv', '--reuid', String(OTHER), '--regid', String(OTHER), '--clear-groups'];

/** What requireWritable says of each path, to a user who is not root; undefined where there is no such user. */
function told(paths: readonly string[]): string[] | undefined {
  const place = JSON.stringify(import.meta.resolve('#dist/cli/write/place.js'));
  const script = `import { requireWritable } from ${place}; console.log(JSON.stringify(process.argv.slice(1).map((path) => { try { requireWritable(path, '--out'); return ''; } catch (error) { return error.message; } })));`;
  const line = [...(root ? AS_OTHER : []), process.execPath, '--input-type=module', '-e', script, ...paths];
  const { status, stdout } = spawnSync(line[0]!, line.slice(1), { encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

function folder(name: string, own: boolean): void {
  mkdirSync(path(name));
  if (own && root) chownSync(path(name), OTHER, OTHER);
}

function file(name: string, mode: number, own: boolean): void {
  writeFileSync(path(name), 'before');
  chmodSync(path(name), mode);
  if (own && root) chownSync(path(name), OTHER, OTHER);
}

test('what this user may not write is refused beforehand, by the name of the file or of the folder that links lead to', () => {
  if (process.platform === 'win32') return;
  chmodSync(scratch.folder, 0o755);
  folder('open', true);
  folder('closed', true);
  folder('shared', false);
  file('open/kept', 0o444, true);
  file('open/free', 0o644, true);
  file('closed/old', 0o644, true);
  symlinkSync('../closed/old', path('open/one'));
  symlinkSync('one', path('open/two'));
  symlinkSync('../closed/new', path('open/fresh'));
  symlinkSync('../none/new', path('open/lost'));
  chmodSync(path('closed'), 0o555);
  const closed = realpathSync(path('closed'));
  const why = (folder: string) => `the folder ${folder} is not writable, and a file is replaced as a whole`;
  const cases: [string, string][] = [
    ['open/kept', `--out ${path('open/kept')}: permission denied`],
    ['open/free', ''],
    ['open/new', ''],
    ['closed/old', `--out ${path('closed/old')}: ${why(path('closed'))}`],
    ['closed/new', `--out ${path('closed')}: permission denied`],
    ['open/one', `--out ${path('open/one')}: ${why(closed)}`],
    ['open/two', `--out ${path('open/two')}: ${why(closed)}`],
    ['open/fresh', `--out ${closed}: permission denied`],
    ['open/lost', `--out ${path('none')}: no such file or directory`],
  ];
  if (root) {
    chmodSync(path('shared'), 0o777);
    file('shared/foreign', 0o644, false);
    file('shared/common', 0o666, false);
    mkdirSync(path('sticky'));
    chmodSync(path('sticky'), 0o1777);
    file('sticky/common', 0o666, false);
    file('sticky/own', 0o644, true);
    cases.push(
      ['shared/foreign', `--out ${path('shared/foreign')}: permission denied`],
      ['shared/common', ''],
      [
        'sticky/common',
        `--out ${path('sticky/common')}: is another user's, and in the folder ${path('sticky')} only owners replace files`,
      ],
      ['sticky/own', ''],
      ['sticky/new', ''],
    );
  }
  const found = told(cases.map(([name]) => path(name)));
  chmodSync(path('closed'), 0o755);
  if (found)
    assert.equal(
      found,
      cases.map(([, message]) => message),
    );
});

test.run();
