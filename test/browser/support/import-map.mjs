import { moduleGraph } from '../../../build/test/support/module-graph.js';

/** A page without a bundler: an import map says where the bare imports of these modules lead. `script`: a module that it runs; `more`: what else the map has. */
export function pageOf(root, entries, script = '', more = {}) {
  const imports = { ...more };
  for (const entry of entries) {
    for (const [specifier, href] of moduleGraph(new URL(entry, root)).bare) {
      imports[specifier] = `/${href.slice(root.href.length)}`;
    }
  }
  const run = script && `<script type="module">${script}</script>`;
  return `<!doctype html><title>espalier</title><script type="importmap">${JSON.stringify({ imports })}</script>${run}`;
}
