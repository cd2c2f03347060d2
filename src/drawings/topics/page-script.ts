import { DATA_SCRIPT } from './script-data.js';
import { SEARCH_SCRIPT } from './script-search.js';
import { TREE_SCRIPT } from './script-tree.js';
import { VIEWS_SCRIPT } from './script-views.js';

/**
 * The script of topicsToHtml's pages, kept as text so that a bundler leaves it as it is. What stands behind # says what is seen: a topic's id, a document's place (`d12`), `#shares`,
 * `#documents`; while something is searched for, what was found is.
 */
export const PAGE_SCRIPT = `
(() => {
${DATA_SCRIPT}${TREE_SCRIPT}${VIEWS_SCRIPT}${SEARCH_SCRIPT}})();
`;
