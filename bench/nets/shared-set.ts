import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Dataset } from 'espalier';
import { parseSparseText, type SparseTextOptions } from 'espalier/read';
import { readLabelled } from '../support/texts.js';
import type { NetSet } from './net-set.js';
import { rowsSet } from './rows-set.js';
import { drawnTextsSet } from './texts-set.js';

/** What the sets of the papers are called. */
const NAMES: Readonly<Record<string, string>> = { agnews: 'AG News', tox21: 'Tox21', r8: 'R8' };

/**
 * The sets of a folder by the names of its sub-folders: rows of `agnews` and `tox21` in train.txt, valid.txt and test.txt; texts in train.tsv and test.tsv of any, a line a label, a tab and
 * the text. docs/RESULTS.md says where each is had.
 */
export function folderSets(folder: URL): Record<string, (most: number) => Promise<NetSet[]>> {
  const found: Record<string, (most: number) => Promise<NetSet[]>> = {};
  for (const key of readdirSync(folder).sort()) {
    const at = new URL(`${encodeURIComponent(key)}/`, folder);
    const name = NAMES[key] ?? key;
    const has = (file: string) => existsSync(new URL(file, at));
    if (has('train.tsv') && has('test.tsv'))
      found[key] = async (most) => [drawnTextsSet(name, readLabelled('train', at), readLabelled('test', at), most)];
    else if (key === 'agnews' && has('train.txt'))
      found.agnews = async () => [ready(name, 'accuracy', at, { columns: 10_000, classes: 4 })];
    else if (key === 'tox21' && has('train.txt')) {
      const taskNames = readFileSync(new URL('tasks.txt', at), 'utf8').trim().split('\n');
      found.tox21 = async () => [ready(name, 'meanAuc', at, { columns: 2048, taskNames })];
    }
  }
  return found;
}

/** Training, validation and test rows as the authors cut them; without their test rows, cut anew. */
function ready(name: string, metric: NetSet['metric'], folder: URL, options: SparseTextOptions): NetSet {
  const text = (...parts: string[]) =>
    parts.map((part) => readFileSync(new URL(`${part}.txt`, folder), 'utf8')).join('');
  const parse = (...parts: string[]): Dataset => parseSparseText(text(...parts), options);
  return {
    name,
    metric,
    async parts(seed, tune) {
      if (tune) {
        const all = parse('train', 'valid');
        return rowsSet(name, metric, all, all).parts(seed, true);
      }
      return { train: parse('train'), validation: parse('valid'), test: parse('test') };
    },
  };
}
