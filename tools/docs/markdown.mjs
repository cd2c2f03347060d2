// How Markdown becomes HTML: anchors as on GitHub, links within the site, wide tables that scroll by themselves, no styles in attributes, which a strict policy would forbid.
import GithubSlugger from 'github-slugger';
import anchor from 'markdown-it-anchor';

/** `link(target, env)`: where a link or a picture of a page leads. */
export function rendering(markdown, link) {
  const sluggers = new WeakMap();
  const slugOf = (title, { env }) => {
    if (!sluggers.has(env)) sluggers.set(env, new GithubSlugger());
    return sluggers.get(env).slug(title);
  };
  markdown.set({ html: true, linkify: false });
  markdown.use(anchor, { slugifyWithState: slugOf, permalink: anchor.permalink.headerLink() });
  markdown.core.ruler.push('site_links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const name = { link_open: 'href', image: 'src' }[token.type];
      if (name) token.attrSet(name, link(token.attrGet(name), env));
    }
  });
  const { rules } = markdown.renderer;
  rules.table_open = () => '<div class="table"><table>\n';
  rules.table_close = () => '</table></div>\n';
  for (const name of ['th_open', 'td_open']) {
    rules[name] = (tokens, i, options, _, self) => {
      const [, side] = /^text-align:(\w+)$/.exec(tokens[i].attrGet('style') ?? '') ?? [];
      // On a phone the cells of a row stand below each other, and each tells what it is.
      const title = name === 'td_open' ? titleOf(tokens, i) : '';
      tokens[i].attrs = [...(side ? [['class', side]] : []), ...(title ? [['data-title', title]] : [])];
      return self.renderToken(tokens, i, options);
    };
  }
}

/** The head of the column that a cell stands in. */
function titleOf(tokens, cell) {
  const before = tokens.slice(0, cell);
  const row = before.slice(before.findLastIndex(({ type }) => type === 'tr_open'));
  const head = before.slice(before.findLastIndex(({ type }) => type === 'thead_open'));
  const heads = head.flatMap(({ type }, i) => (type === 'th_open' ? head[i + 1].content : []));
  return heads[row.filter(({ type }) => type === 'td_open').length];
}
