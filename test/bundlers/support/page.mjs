import { pathToFileURL } from 'node:url';
import { launch, openPage } from '../../browser/support/chromium.mjs';
import { serve } from '../../browser/support/server.mjs';
import { sameAsNode, sameOnThreads } from './expected.mjs';

const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

let browser;
export async function close() {
  await (await browser)?.close();
}

/** What the page at this address shows at its end. It must complain of nothing but what `forgiven` matches. */
export async function shown(url, forgiven) {
  browser ??= launch();
  const { page, problems, close: closePage } = await openPage(await browser, url);
  const complaints = () => problems.filter((problem) => !forgiven?.test(problem));
  try {
    const result = page.locator('#result:is([data-state=done], [data-state=failed])');
    await result.waitFor({ timeout: 90_000 });
    const [state, text] = [await result.getAttribute('data-state'), await result.textContent()];
    if (state !== 'done' || complaints().length > 0) throw new Error(text);
    return JSON.parse(text);
  } catch (error) {
    throw new Error([error.message, ...complaints()].join('\n'));
  } finally {
    await closePage();
  }
}

/** Opens project/page.js where a server serves it: it must learn what Node learns, in its worker too, and on two threads. */
export async function trains(url) {
  return await trainsOn(url, ({ threads, reasons }) => threads === 2 && reasons.length === 0);
}

/** The same where the script of threads is missing: the page computes alone, and the engine says why. */
export async function trainsAlone(url, why) {
  const alone = ({ threads, reasons }) => threads === 1 && reasons.some((reason) => why.test(reason));
  return await trainsOn(url, alone, /404|\/thread\b/);
}

async function trainsOn(url, asWanted, forgiven) {
  const { digest, worker, threads } = await shown(url, forgiven);
  await sameAsNode(digest);
  await sameAsNode(worker, 'the digest of the worker');
  await sameOnThreads(threads.digest);
  const { working } = threads;
  if (!asWanted(working)) throw new Error(`at work: ${JSON.stringify(working)}`);
  return [`threads: ${working.threads}`, ...working.reasons].join(', ');
}

/** The same as `trains` of files in a folder of a project, served so that the page is isolated. */
export async function trainsIn(project, folder, check = trains) {
  const root = pathToFileURL(`${project.path(folder)}/`);
  const server = await serve({ root, headers: ISOLATED });
  try {
    return await check(server.url);
  } finally {
    await server.close();
  }
}
