// What axe-core finds in a page, by way of any driver.
import { readFileSync } from 'node:fs';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** `all` in a line to be printed; `bad`, in words, is what fails a test: the moderate and the serious. */
export async function faults(page) {
  // By way of the driver, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  return {
    all: violations.map(({ id, impact }) => `${id} (${impact})`).join(', ') || 'nothing',
    bad: violations
      .filter(({ impact }) => impact !== 'minor')
      .map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
  };
}
