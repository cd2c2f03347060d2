// The site: every page by Eleventy, with links relative to it, so that it works below any path; then a search by Pagefind.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eleventy } from '@11ty/eleventy';
import syntaxHighlight from '@11ty/eleventy-plugin-syntaxhighlight';
import * as pagefind from 'pagefind';
import { layoutOf } from './layout.mjs';
import { requireLinks } from './links.mjs';
import { rendering } from './markdown.mjs';
import { linkFrom, pagesOf } from './pages.mjs';

const root = new URL('../../', import.meta.url);
const here = new URL('./', import.meta.url);

/** Writes the site into the folder `out`; `reference`: the folder that TypeDoc wrote (URLs). Answers the number of pages. */
export async function writeSite(out, reference) {
  const pages = pagesOf(reference);
  const bySource = new Map(pages.map((page) => [page.source, page]));
  const pageOf = ({ inputPath }) => bySource.get(inputPath.replace(/^(\.\/)?assets\//, ''));
  /** Files of the repository that pages show or link to: path in the site by path in the repository. */
  const files = new Map();
  const take = (path, from) => {
    if (!existsSync(new URL(path, root))) throw new Error(`${from}: links to ${path}, which is not there`);
    files.set(path, path.replace(/^docs\//, ''));
    return files.get(path);
  };
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  cpSync(new URL('playground/dist/', root), new URL('playground/', out), { recursive: true });

  process.chdir(fileURLToPath(here));
  const eleventy = new Eleventy('assets', fileURLToPath(out), {
    quietMode: true,
    configPath: null,
    config(config) {
      config.setUseGitIgnore(false);
      config.addPlugin(syntaxHighlight);
      config.amendLibrary('md', (markdown) =>
        rendering(markdown, (target, { page }) => linkFrom(pageOf(page), target, pages, take)),
      );
      const layout = layoutOf(pages);
      config.addTransform('layout', function (content) {
        return layout(pageOf(this.page), content);
      });
      for (const { source, out: permalink, markdown } of pages) {
        // Documents are Markdown and nothing else: braces in them are no templates.
        config.addTemplate(source, markdown, { permalink, templateEngineOverride: 'md' });
      }
    },
  });
  await eleventy.write();

  for (const [path, to] of files) cpSync(new URL(path, root), new URL(to, out), { recursive: true });
  for (const name of ['site.js', 'search.js']) cpSync(new URL(`assets/${name}`, here), new URL(`assets/${name}`, out));
  const { siteStyle } = await import('./style.mjs');
  writeFileSync(new URL('assets/site.css', out), siteStyle(readFileSync(new URL('assets/site.css', here), 'utf8')));
  await writeSearch(out);
  requireLinks(out);
  return pages.length;
}

async function writeSearch(out) {
  const { index, errors } = await pagefind.createIndex();
  if (!index) throw new Error(errors.join('\n'));
  const told = [
    await index.addDirectory({ path: fileURLToPath(out) }),
    await index.writeFiles({ outputPath: fileURLToPath(new URL('pagefind/', out)) }),
  ];
  await pagefind.close();
  const troubles = told.flatMap((answer) => answer.errors);
  if (troubles.length > 0) throw new Error(troubles.join('\n'));
  // The site has a page of its own for the search; what Pagefind has for others is left out.
  for (const name of ['component-ui', 'modular-ui', 'ui', 'highlight', 'playground']) {
    for (const kind of ['js', 'css']) rmSync(new URL(`pagefind/pagefind-${name}.${kind}`, out), { force: true });
  }
}
