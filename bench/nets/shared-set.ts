import { existsSync, readFileSync } from 'node:fs';
import type { Dataset } from 'espalier';
import { parseSparseText, type SparseTextOptions } from 'espalier/read';
import type { NetSet } from './net-set.js';
import { rowsSet } from './rows-set.js';
import { r8Set } from './texts-set.js';

/** The sets of a folder like ../shared/data, those that are there; docs/RESULTS.md says where each is had. */
export function folderSets(folder: URL): NetSet[] {
  const at = (path: string) => new URL(path, folder);
  const found: NetSet[] = [];
  if (existsSync(at('agnews/train.txt')))
    found.push(ready('AG News', 'accuracy', at('agnews/'), { columns: 10_000, classes: 4 }));
  if (existsSync(at('tox21/train.txt'))) {
    const taskNames = readFileSync(at('tox21/tasks.txt'), 'utf8').trim().split('\n');
    found.push(ready('Tox21', 'meanAuc', at('tox21/'), { columns: 2048, taskNames }));
  }
  if (existsSync(at('r8/train.tsv'))) found.push(r8Set(at('r8/')));
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
