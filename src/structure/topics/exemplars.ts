import { type Span, sentencesOf } from '../../data/documents/sentences.js';
import type { FoundWord, TextVectorizer } from '../../data/documents/vectorizer.js';
import type { Pace } from '../../runtime/pace.js';
import type { Held } from './shown.js';
import { speakingSentence } from './speaking.js';

/** A document that may speak for a latent. */
interface Candidate {
  readonly held: Held;
  readonly probability: number;
  /** Different words of the topic that it has. */
  readonly words: number;
  /** Found at the end of its batch, while its text is still there. */
  sentence?: string;
}

/** What speaks for a latent, best first. */
export type Speaker = Required<Candidate>;

/**
 * The documents that speak best for each latent, of a stream: the most probable in whole per cents, of equals those with the most different words of the topic, then the first;
 * of those with the same sentence the best alone.
 */
export class Exemplars {
  private readonly best: Candidate[][];
  private readonly changed = new Set<number>();
  private readonly weights: ReadonlyMap<number, number>[];

  /**
   * @param words of each latent and their information
   * @param most documents a latent
   */
  constructor(
    words: readonly (readonly { feature: number; information: number }[])[],
    private readonly most: number,
    private readonly mostSentence: number,
  ) {
    this.best = words.map(() => []);
    this.weights = words.map((list) => new Map(list.map(({ feature, information }) => [feature, information])));
  }

  offer(latent: number, probability: number, words: number, held: () => Held): void {
    const list = this.best[latent]!;
    let at = list.length;
    // Some will say the same.
    const room = 2 * this.most;
    while (at > 0 && isBetter(probability, words, list[at - 1]!)) at--;
    if (at >= room) return;
    list.splice(at, 0, { held: held(), probability, words });
    if (list.length > room) list.pop();
    this.changed.add(latent);
  }

  /** At the end of each batch: finds the sentences of those that came with it. */
  async finish(vectorizer: TextVectorizer, textOf: (place: number) => string, pace: Pace): Promise<void> {
    const read = new Map<number, { text: string; sentences: Span[]; found: FoundWord[] }>();
    for (const latent of this.changed) {
      for (const candidate of this.best[latent]!) {
        if (candidate.sentence !== undefined) continue;
        const { place } = candidate.held;
        let parts = read.get(place);
        if (!parts) {
          const text = textOf(place);
          parts = { text, sentences: sentencesOf(text), found: vectorizer.find(text) };
          read.set(place, parts);
        }
        const { text, sentences, found } = parts;
        candidate.sentence = speakingSentence(text, sentences, found, this.weights[latent]!, this.mostSentence);
        if (pace.due) await pace.turn();
      }
    }
    this.changed.clear();
  }

  /** Best first. */
  of(latent: number): Speaker[] {
    const said = new Set<string>();
    const speakers = (this.best[latent] as Speaker[]).filter(
      ({ sentence }) => !said.has(sentence) && said.add(sentence),
    );
    return speakers.slice(0, this.most);
  }
}

/** Than one that came before. */
function isBetter(probability: number, words: number, other: Candidate): boolean {
  const [here, there] = [Math.round(100 * probability), Math.round(100 * other.probability)];
  return here > there || (here === there && words > other.words);
}
