// A link that leads nowhere stops the build: every href and src of every page, and the anchors they name.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

const ORIGIN = 'http://site.invalid/docs/';

export function requireLinks(out) {
  const names = readdirSync(out, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.html') && !name.startsWith('playground/'));
  const pages = new Map(names.map((name) => [name, readFileSync(new URL(name, out), 'utf8')]));
  const anchors = new Map();
  const anchorsOf = (name) => {
    if (!anchors.has(name)) {
      const ids = [...pages.get(name).matchAll(/<\w+ [^>]*?\bid="([^"]+)"/g)].map(([, id]) => id);
      anchors.set(name, new Set(ids));
    }
    return anchors.get(name);
  };
  const troubles = new Set();
  for (const [name, html] of pages) {
    for (const [, target] of html.matchAll(/<\w+ [^>]*?\b(?:href|src)="([^"]*)"/g)) {
      const { href, pathname, hash } = new URL(target.replaceAll('&amp;', '&'), `${ORIGIN}${name}`);
      if (!href.startsWith('http://site.invalid')) continue;
      const path = decodeURI(pathname).replace(/^\/docs\//, '');
      const file = new URL(path, out);
      if (pathname.startsWith('/docs/') && existsSync(file) && statSync(file).isFile()) {
        const id = decodeURIComponent(hash.slice(1));
        if (id === '' || !pages.has(path) || anchorsOf(path).has(id)) continue;
      }
      troubles.add(`${name}: ${target}`);
    }
  }
  if (troubles.size > 0) throw new Error(`links that lead nowhere:\n  ${[...troubles].join('\n  ')}`);
}
