// A tree in words, for who has not met one.
import type { Tree } from 'espalier';
import { el, rounded } from './dom.js';
import type { Data } from './reading.js';

/** What the variables of a tree are called. */
export const VARIABLES = { table: 'columns', texts: 'words', sparse: 'features', images: 'pixels' } as const;
export type Variables = (typeof VARIABLES)[Data['kind']];
/** What information is counted of. */
const COMPARED = {
  columns: 'Numbers are compared as above or below their mean.',
  words: 'Words are compared as there or not there, text by text.',
  features: 'Features are compared as there or not there, row by row.',
  pixels: 'Pixels are compared as bright or dark.',
} as const;
const ONE = { columns: 'column', words: 'word', features: 'feature', pixels: 'pixel' } as const;

export function told({ edges, variables, totalInformation }: Tree, of: Variables): string {
  return edges.length === 0
    ? `None of the ${variables} ${of} tells anything of another.`
    : `${variables} ${of}, ${edges.length} ties, ${rounded(totalInformation)} nats of information in all. Click a ${ONE[of]} to see its neighbours.`;
}

/** Words of this page for who has not met them. */
export function explained(of: Variables): HTMLElement {
  const one = ONE[of];
  return el(
    'details',
    { class: 'explained' },
    el('summary', {}, 'What is drawn here?'),
    el(
      'p',
      {},
      `A line is a tie: two ${of} that tell of each other, the more the wider and darker. Of all trees this one holds the most such information (Chow and Liu, 1968); a line tells nothing of cause and effect. The orange dot is the root that it is drawn from.`,
    ),
    el(
      'p',
      {},
      'Information is measured in nats: 0 where one tells nothing of the other; 0.69 where one settles a question of yes or no, as likely as a coin (1 nat is 1.44 bits). ' +
        COMPARED[of],
    ),
    el(
      'p',
      {},
      `The receptive field of a ${one} is all that lies within so many hops of it, each along one tie. Nets of the method TRF let a unit see such a field, not everything.`,
    ),
  );
}
