import { xml } from '#dist/drawings/svg.js';
import { section } from '../frame/markup.js';
import { percent, sum, whole } from '../frame/numbers.js';
import type { TseRun } from './story.js';
import { latentsOf, wordsOf } from './topics.js';

/** A topic tells the kind if this share of its rows is of one. */
const PURE = 0.9;
const ROWS_TO_TELL = 10;

/** The topics as lines that open, each with the kinds of its rows. */
export function topicSection({ grown: { tree }, counts, kinds, rows }: TseRun): string {
  const ofKinds = (latent: number) => Array.from(kinds, (_, c) => counts[(latent - tree.features) * kinds.length + c]!);
  const mixes = Array.from({ length: tree.latents }, (_, z) => mixOf(ofKinds(tree.features + z)));
  const mix = (latent: number) => mixes[latent - tree.features]!;
  const order = (latents: Iterable<number>) =>
    [...latents].sort((a, b) => mix(a).chief - mix(b).chief || mix(b).purity - mix(a).purity || a - b);
  const bar = (latent: number) => {
    const parts = mix(latent)
      .shares.map((share, c) => ({ share, c }))
      .filter(({ share }) => share > 0);
    const chief = [...parts].sort((a, b) => b.share - a.share).slice(0, 3);
    const tip = chief.map(({ share, c }) => `${kinds[c]} ${percent(share, 0)}`).join(', ') || 'no definition';
    return `<span class="mix" role="img" aria-label="${xml(tip)}" title="${xml(tip)}">${parts.map(({ share, c }) => `<i class="k${c}" style="width:${(100 * share).toFixed(1)}%"></i>`).join('')}</span>`;
  };
  const line = (latent: number) =>
    `<span class="words">${xml(wordsOf(tree, latent).join(', '))}</span><small>${percent(tree.marginal[latent]!, 1)}</small>${bar(latent)}`;
  const lines = (latent: number): string => {
    const below = tree.levelOf(latent) > 1 ? order(tree.island(latent)) : [];
    return below.length
      ? `<details class="topic"><summary>${line(latent)}</summary><div class="below">${below.map(lines).join('')}</div></details>`
      : `<div class="topic">${line(latent)}</div>`;
  };
  const told = latentsOf(tree, 1).filter((latent) => mix(latent).rows >= ROWS_TO_TELL);
  const pure = told.filter((latent) => mix(latent).purity >= PURE);
  return section(
    'Topics and kinds',
    [
      `Nobody told the tree what the definitions define. Yet <strong>${whole(pure.length)} of the ${whole(told.length)} topics of the lowest level are of one kind by ${percent(PURE, 0)} or more</strong>: ${percent(pure.length / (told.length || 1), 0)}. Topics in fewer than ${ROWS_TO_TELL} definitions are not counted.`,
      `A line is a topic: its words, the share of definitions that have it under the model, and the kinds of those of the ${whole(rows.train)} training rows that more likely have it than not. It opens to the topics below.`,
    ],
    `${kindLegend(kinds)}<div class="topics">${order(latentsOf(tree, tree.levels.length)).map(lines).join('')}</div>`,
  );
}

/** Counts of each kind as shares, the largest share and whose it is. */
function mixOf(counts: readonly number[]) {
  const rows = sum(counts);
  const shares = counts.map((count) => count / (rows || 1));
  const purity = Math.max(...shares);
  return { rows, shares, purity, chief: shares.indexOf(purity) };
}

function kindLegend(kinds: readonly string[]): string {
  return `<ul class="legend kinds">${kinds.map((name, c) => `<li class="k${c}">${xml(name)}</li>`).join('')}</ul>`;
}
