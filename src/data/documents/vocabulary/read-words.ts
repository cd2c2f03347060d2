import type { Pace } from '../../../runtime/pace.js';
import type { PassOptions } from '../vectorizer-options.js';
import type { Analyzer } from '../words/analyzer.js';
import { partsOf } from './each-text.js';

/** What takes the words of texts. */
export interface WordSink {
  /** Some words of the document at hand, in order; '' where no phrase goes on. `full`: what a person reads, word by word. */
  add(words: readonly string[], full: readonly string[] | undefined): void;
  /** Whether it takes what a person reads. */
  readonly takesFull?: boolean;
  endDocument(): void;
}

/** One pass over texts. */
export async function readWords(
  texts: AsyncIterable<string>,
  analyzer: Analyzer,
  { onProgress }: PassOptions,
  pace: Pace,
  sink: WordSink,
): Promise<void> {
  let documents = 0;
  let characters = 0;
  const turn = async () => {
    pace.hear(onProgress?.({ documents, characters }));
    await pace.turn();
  };
  for await (const text of texts) {
    for (const part of partsOf(text)) {
      sink.add(analyzer.words(part), sink.takesFull ? analyzer.fullForms(part) : undefined);
      characters += part.length;
      if (pace.due) await turn();
    }
    sink.endDocument();
    documents++;
    if (pace.due) await turn();
  }
  pace.hear(onProgress?.({ documents, characters }));
}
