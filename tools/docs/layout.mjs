// What stands around the text of every page.
import { posix } from 'node:path';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'";
/** A leaf on a wire. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M16 30V4M16 12H4v-6M16 12h12v-6M16 22H4v-5M16 22h12v-5' fill='none' stroke='%2312805c' stroke-width='3' stroke-linecap='round'/%3E%3C/svg%3E";

export function layoutOf(pages) {
  const menu = pages.filter(({ source, unsearched }) => !isMember(source) && !unsearched);
  const groups = grouped(menu);
  return (page, content) => {
    const to = (out) => posix.relative(posix.dirname(page.out), out) || posix.basename(out);
    const current = (out) => (out === page.out ? ' aria-current="page"' : '');
    const item = (out, title) => `<li><a href="${to(out)}"${current(out)}>${escaped(title)}</a></li>`;
    const sections = [...groups].map(
      ([group, members]) =>
        `<li><details${group === page.group || group === 'Guide' ? ' open' : ''}><summary>${group}</summary><ul>${members
          .map(({ out, title }) => item(out, menuTitle(out, title)))
          .join('')}</ul></details></li>`,
    );
    const above = [
      ['index.html', 'Guide'],
      ['methods.html', 'Methods'],
      ['options.html', 'Options'],
      ['reference/index.html', 'Reference'],
      ['playground/index.html', 'Playground'],
    ];
    const own = contentsOf(page, content);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${page.out === 'index.html' ? 'Espalier' : `${escaped(page.title)} · Espalier`}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${to('assets/site.css')}">
<script type="module" src="${to('assets/site.js')}"></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header class="top">
<a class="brand" href="${to('index.html')}">Espalier</a>
<nav aria-label="Parts"><ul>${above.map(([out, title]) => item(out, title)).join('')}</ul></nav>
<form role="search" action="${to('search.html')}"><input type="search" name="q" aria-label="Search the documentation" placeholder="Search" autocomplete="off" spellcheck="false"></form>
</header>
<div class="frame">
<nav class="menu" aria-label="All pages"><details class="all" open><summary>All pages</summary><ul>${sections.join('')}</ul></details></nav>
<main id="text" tabindex="-1"${isList(page) ? ' class="list"' : ''}${page.unsearched ? '' : ' data-pagefind-body'}>
${content}</main>
${own}
</div>
</body>
</html>
`;
  };
}

/** Pages whose tables hold sentences, where others hold figures. */
const isList = ({ group, out }) => group === 'Reference' || out === 'options.html';

/** Members of the reference are reached from their module's page; the menu has the modules. */
function isMember(source) {
  return /^reference\/.*\/(classes|interfaces|type-aliases|functions|variables|enumerations)\//.test(source);
}

function menuTitle(out, title) {
  return out === 'index.html' ? 'Start' : title;
}

/** The headings of a long page, but for the reference, whose headings say the same on every page. */
function contentsOf({ group }, html) {
  if (group === 'Reference') return '';
  const headings = [...html.matchAll(/<h2 id="([^"]+)"[^>]*>(.*?)<\/h2>/gs)];
  if (headings.length < 3) return '';
  const links = headings.map(([, id, inner]) => `<li><a href="#${id}">${inner.replace(/<[^>]+>/g, '')}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${links.join('')}</ul></nav>`;
}

function grouped(pages) {
  const groups = new Map();
  for (const page of pages) groups.set(page.group, [...(groups.get(page.group) ?? []), page]);
  return groups;
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
