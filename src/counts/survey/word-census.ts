/** How often words stand in documents, and, of stems, their forms. */
export class WordCensus {
  documents = 0;
  readonly words = new Map<string, { documents: number; total: number }>();
  /** By form as people read it: the word that it is of, and how often it stands. */
  readonly forms = new Map<string, { word: string; total: number }>();

  add(word: string, documents: number, total: number): void {
    const known = this.words.get(word);
    if (!known) this.words.set(word, { documents, total });
    else {
      known.documents += documents;
      known.total += total;
    }
  }

  addForm(form: string, word: string, total: number): void {
    const known = this.forms.get(form);
    if (known) known.total += total;
    else this.forms.set(form, { word, total });
  }

  addAll(other: WordCensus): void {
    this.documents += other.documents;
    for (const [word, { documents, total }] of other.words) this.add(word, documents, total);
    for (const [form, { word, total }] of other.forms) this.addForm(form, word, total);
  }
}
