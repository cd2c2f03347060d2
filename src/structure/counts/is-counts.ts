import { isObject } from '../../check/complete.js';
import type { Counts } from './counts.js';

/** Whether it may be Counts: whoever takes them has requireCounts look. Apart from the class, which a page that has none need not load. */
export function isCounts(value: unknown): value is Counts {
  return isObject(value) && 'contents' in value;
}
