import { Project } from './project.mjs';

/** What Node learns, of the installed package without any tool: asked once. */
let learned;
export function expected() {
  learned ??= learnInNode();
  return learned;
}

async function learnInNode() {
  const project = new Project();
  try {
    return JSON.parse(await project.run('node.js'));
  } finally {
    await project.remove();
  }
}

/** Throws unless it is what Node learned. */
export async function sameAsNode(digest, where = 'the digest') {
  same(digest, (await expected()).digest, where);
}

/** The same of what is learned on threads. */
export async function sameOnThreads(digest) {
  same(digest, (await expected()).threads.digest, 'the digest on threads');
}

function same(digest, wanted, where) {
  if (digest !== wanted) throw new Error(`${where} is ${digest}, in Node ${wanted}`);
}
