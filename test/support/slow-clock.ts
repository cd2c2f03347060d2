import { nextTask } from '#dist/runtime/pace.js';

/** A clock on which every look takes longer than work may go on without a pause: whatever can yield does so every time. Stop it after use. */
export class SlowClock {
  private time = performance.now();
  private readonly own = Object.getOwnPropertyDescriptor(performance, 'now');

  constructor() {
    Object.defineProperty(performance, 'now', {
      configurable: true,
      value: () => {
        this.time += 100;
        return this.time;
      },
    });
  }

  /** A call made once so many tasks have run. */
  async after<T>(tasks: number, call: () => T | Promise<T>): Promise<T> {
    for (let i = 0; i < tasks; i++) await nextTask();
    return call();
  }

  stop(): void {
    if (this.own) Object.defineProperty(performance, 'now', this.own);
    else Reflect.deleteProperty(performance, 'now');
  }
}
