// The tabs, and what each is to the page. All but the tree's, which is seen first, load when they are opened.
import type { Data, Reading } from './reading.js';
import { makeTree } from './tree-tab.js';
import type { Place } from './url.js';

/** The page as its tabs see it. */
export interface Page {
  /** What the address tells. */
  readonly place: () => Place;
  readonly moveTo: (changed: { [K in keyof Place]: Place[K] | undefined }) => void;
  /** Shows an error in words. */
  readonly failed: (error: Error) => void;
  /** How the data were read. */
  readonly reading: () => Reading;
  /** Reads the same files anew. */
  readonly correct: (reading: Reading) => void;
}

export interface TabView {
  /** When the tab is opened over other data than before; undefined where there are none yet. */
  show(data: Data | undefined): void;
}

export type MakeTab = (panel: HTMLElement, page: Page) => TabView;

export const TABS = {
  data: async () => (await import('./data-tab.js')).makeData,
  tree: async () => makeTree,
  train: async () => (await import('./train-tab.js')).makeTrain,
  gates: async () => (await import('./gates-tab.js')).makeGates,
  bench: async () => (await import('./bench-tab.js')).makeBench,
} as const satisfies Readonly<Record<string, () => Promise<MakeTab>>>;

export type TabName = keyof typeof TABS;
export const TAB_NAMES = Object.keys(TABS) as readonly TabName[];
