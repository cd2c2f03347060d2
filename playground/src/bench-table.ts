// What was timed, as a table that fills while the suite runs.
import type { Start } from '../../dist/cli/bench/run.js';
import { digits, spread } from '../../dist/cli/bench/spread.js';
import type { Measured } from '../../dist/cli/bench/suite.js';
import { DONE } from './bench-words.js';
import { bar, el } from './dom.js';

type Task = Start['tasks'][number];

export class BenchTable {
  readonly box: HTMLElement;
  private readonly groups: readonly HTMLElement[];

  /** `plain`: whose speed is 1. */
  constructor(
    readonly tasks: readonly Task[],
    private readonly plain: string,
  ) {
    this.groups = tasks.map((task) => el('tbody', { class: 'waits' }, headOf(task), lineOf('waits')));
    const names = ['By whom', 'Time of one call: median (quartiles)', `Speed, ${plain} = 1`];
    const head = el('thead', {}, el('tr', {}, ...names.map((name) => el('th', { scope: 'col' }, name))));
    this.box = el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Times' },
      el('table', { class: 'times' }, head, ...this.groups),
    );
  }

  isTimed(at: number): void {
    this.groups[at]?.replaceChildren(headOf(this.tasks[at]!), lineOf('is timed …'));
  }

  fill(at: number, measured: Measured): void {
    const { times, refused } = measured;
    const standard = times.find(({ peer }) => peer === this.plain)?.ms;
    const fastest = Math.min(...times.map(({ ms }) => ms));
    const lines = times.map((time) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, time.peer),
        el('td', {}, spread(time)),
        el(
          'td',
          {},
          el('span', { class: 'share' }, bar(fastest / time.ms), standard ? digits(standard / time.ms) : '–'),
        ),
      ),
    );
    const wrong = refused.map(({ peer, why }) =>
      el('tr', { class: 'wrong' }, el('th', { scope: 'row' }, peer), el('td', { colspan: 2 }, `not timed: ${why}`)),
    );
    this.groups[at]!.className = '';
    this.groups[at]!.replaceChildren(headOf(this.tasks[at]!), ...lines, ...wrong);
  }

  /** Takes away what was not timed. */
  end(): void {
    for (const group of this.groups) if (group.className === 'waits') group.remove();
  }
}

function headOf({ name, shape, operation }: Task): HTMLElement {
  const what = el('strong', {}, `${name}, ${shape}`);
  return el(
    'tr',
    { class: 'task' },
    el('th', { colspan: 3, scope: 'rowgroup' }, what, el('span', { class: 'hint' }, DONE[operation])),
  );
}

function lineOf(words: string): HTMLElement {
  return el('tr', {}, el('td', { colspan: 3 }, words));
}
