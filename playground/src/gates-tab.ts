// Which filters open for a picture, layer by layer.
import type { MakeTab } from './tabs.js';

export const makeGates: MakeTab = () => ({ show() {} });
