// Data that ship with the page: made up when they are asked for, always the same; or fetched then.
import type { GivenFile } from './reading.js';

export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly given: () => readonly GivenFile[] | Promise<readonly GivenFile[]>;
}

/** Numbers from 0 to 1 (minimal standard generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function about(random: () => number, mean: number, deviation: number): number {
  return mean + deviation * (random() + random() + random() + random() - 2) * 1.7;
}

/** Three kinds of bird on three islands, measured. */
function birds(): string {
  const random = numbers(7);
  const kinds = [
    { name: 'Tern', islands: ['North', 'Skerry'], bill: 42, depth: 17.8, wing: 192, mass: 3700 },
    { name: 'Auk', islands: ['Skerry', 'South'], bill: 48, depth: 18.4, wing: 196, mass: 3750 },
    { name: 'Cormorant', islands: ['South'], bill: 47, depth: 16.3, wing: 207, mass: 4450 },
  ];
  const rows = Array.from({ length: 330 }, () => {
    const { name, islands, bill, depth, wing, mass } = kinds[Math.floor(3 * random())]!;
    const male = random() < 0.5;
    const size = about(random, male ? 0.5 : -0.5, 0.7);
    return [
      islands[Math.floor(islands.length * random())],
      (bill + 1.9 * size + about(random, 0, 2.2)).toFixed(1),
      (depth + 0.7 * size + about(random, 0, 0.8)).toFixed(1),
      Math.round(wing + 5 * size + about(random, 0, 5)),
      Math.round((mass + 360 * size + about(random, 0, 300)) / 25) * 25,
      male ? 'male' : 'female',
      2019 + Math.floor(3 * random()),
      name,
    ].join(',');
  });
  return ['island,bill_length,bill_depth,wing,mass,sex,year,species', ...rows].join('\n');
}

/** Flats and their rents: a number to predict. */
function rents(): string {
  const random = numbers(23);
  const quarters = ['Harbour', 'Hill', 'Mills', 'Old town', 'Station'];
  const rows = Array.from({ length: 400 }, () => {
    const quarter = Math.floor(5 * random());
    const rooms = 1 + Math.floor(4 * random() + random());
    const area = Math.round(12 + 21 * rooms + about(random, 0, 7));
    const built = Math.round(1900 + 118 * random() ** (quarter === 3 ? 3 : 0.8));
    const floor = Math.floor(6 * random());
    const lift = random() < (built > 1960 ? 0.8 : 0.15) ? 'yes' : 'no';
    const heating = built > 1995 ? 'district' : random() < 0.6 ? 'gas' : 'oil';
    const base = [13, 15, 9, 14, 10][quarter]! + (built - 1950) / 40 + (lift === 'yes' ? 0.8 : 0) + 0.15 * floor;
    const rent = Math.round(area * base * 0.9 + about(random, 120, 45));
    return [quarters[quarter], area, rooms, floor, built, lift, heating, rent].join(';');
  });
  return ['quarter;area;rooms;floor;built;lift;heating;rent', ...rows].join('\n');
}

const NOTES = {
  garden: [
    ...['soil', 'seed', 'bloom', 'prune', 'compost', 'roses', 'beans', 'watering', 'frost', 'spade', 'shed'],
    ...['weeds', 'lawn', 'tomato', 'hedge', 'bulbs', 'harvest', 'greenhouse'],
  ],
  harbour: [
    ...['tide', 'rope', 'sail', 'gull', 'anchor', 'ferry', 'fish', 'storm', 'pier', 'crew', 'mast', 'buoy'],
    ...['lighthouse', 'cargo', 'current', 'dock', 'net', 'captain'],
  ],
  kitchen: [
    ...['oven', 'salt', 'flour', 'knife', 'butter', 'dough', 'onion', 'soup', 'pepper', 'lemon', 'garlic'],
    ...['bread', 'simmer', 'roast', 'sugar', 'yeast', 'pan', 'recipe'],
  ],
  rail: [
    ...['train', 'ticket', 'platform', 'delay', 'signal', 'station', 'carriage', 'timetable', 'driver'],
    ...['track', 'freight', 'tunnel', 'bridge', 'conductor', 'express', 'luggage', 'engine', 'junction'],
  ],
} as const;
const FRAMES = [
  'Again the A and the B; C will have to wait until D is done.',
  'Asked about A. They said B comes before C, and nobody minds the D.',
  'A, B and C today. Tomorrow D if there is time.',
  'Found the A beside the B. Wrote down C for later.',
  'No A without B, and C was late as ever. Thought of D.',
];

/** Short notes of four kinds, a kind, a tab and a text a line. */
function notes(): string {
  const random = numbers(11);
  const kinds = Object.entries(NOTES);
  const pick = <T>(list: readonly T[]) => list[Math.floor(list.length * random())]!;
  const lines = Array.from({ length: 260 }, () => {
    const [kind, words] = pick(kinds);
    // Words that stand side by side in a list meet in a note; now and then one of another kind.
    const text = Array.from({ length: 2 }, () => {
      const from = Math.floor(words.length * random());
      let next = 0;
      return pick(FRAMES).replace(/\b[ABCD]\b/g, () =>
        random() < 0.1 ? pick(pick(kinds)[1]) : words[(from + next++ * (1 + Math.floor(2 * random()))) % words.length]!,
      );
    });
    return `${kind}\t${text.join(' ')}`;
  });
  return lines.join('\n');
}

function made(name: string, make: () => string): Sample['given'] {
  return () => [{ name, bytes: new TextEncoder().encode(make()) as Uint8Array<ArrayBuffer> }];
}

/** What lies beside the page. */
export async function fetched(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(new URL(path, document.baseURI));
  if (!answer.ok) throw new Error(`${path}: expected it beside the page, got ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function digits(): Promise<GivenFile[]> {
  const names = ['images-idx3-ubyte.gz', 'labels-idx1-ubyte.gz'];
  return Promise.all(
    names.map(async (name) => ({ name: `MNIST digits/${name}`, bytes: await fetched(`digits/${name}`) })),
  );
}

export const SAMPLES: readonly Sample[] = [
  { id: 'birds', title: 'Birds, a table of 330 rows', given: made('birds.csv', birds) },
  { id: 'rents', title: 'Rents, a number to predict', given: made('rents.csv', rents) },
  { id: 'notes', title: 'Notes, 260 short texts', given: made('notes.tsv', notes) },
  { id: 'digits', title: 'Digits, 2,000 images', given: digits },
];
