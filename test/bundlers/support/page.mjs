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

/**
 * Opens project/page.js where a server serves it: it must learn what Node learns, in its worker, in that of espalier/worker, and on two threads.
 * What does not work there: `alone`, why there are no threads; `noWorker`, why espalier/worker has no worker; `forgiven`, what the page complains of then.
 */
export async function trains(url, { alone, noWorker, forgiven } = {}) {
  const { digest, worker, created, threads } = await shown(url, forgiven);
  await sameAsNode(digest);
  await sameAsNode(worker, 'the digest of the worker');
  await sameOnThreads(threads.digest);
  atWork(threads.working, alone);
  if (noWorker) {
    if (!noWorker.test(created.failed)) throw new Error(`createWorker: ${JSON.stringify(created)}`);
    return `createWorker: ${created.failed}`;
  }
  await sameAsNode(created.digest ?? created.failed, 'the digest of createWorker');
  atWork(created.working, alone);
}

function atWork(working, alone) {
  const { threads, reasons } = working;
  const asWanted = alone ? threads === 1 && reasons.some((reason) => alone.test(reason)) : threads > 1 && !reasons[0];
  if (!asWanted) throw new Error(`at work: ${JSON.stringify(working)}`);
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
