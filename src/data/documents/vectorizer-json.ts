/** A TextVectorizer as plain JSON, lossless. */
export interface TextVectorizerJson {
  format: 1;
  words: string[];
}
