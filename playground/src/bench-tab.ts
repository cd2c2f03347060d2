// The benchmark in this browser.
import type { MakeTab } from './tabs.js';

export const makeBench: MakeTab = () => ({ show() {} });
