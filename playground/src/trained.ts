// The net for images that the tab Train has come to, for the tab Gates.
import type { RemoteDataset } from 'espalier/worker';
import type { ImageNet } from './training.js';

export interface Trained {
  readonly net: ImageNet;
  readonly name: string;
  /** Images that it did not learn from. */
  readonly images: RemoteDataset;
}

let current: Trained | undefined;
let heard: () => void = () => {};

export const trained = {
  get now(): Trained | undefined {
    return current;
  },
  set(next: Trained | undefined): void {
    if (current === next) return;
    current = next;
    heard();
  },
  /** Called whenever it is another one. */
  changed(listener: () => void): void {
    heard = listener;
  },
};
