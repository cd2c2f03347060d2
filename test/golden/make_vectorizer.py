"""Writes vectorizer.json: vocabularies and counts of scikit-learn's CountVectorizer; of the best words by average TF-IDF, NumPy's.

Run: python3 test/golden/make_vectorizer.py
"""

import json
import pathlib
import random

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer

SYLLABLES = ["ba", "ko", "di", "lu", "fe", "po", "gu", "mi"]
MARKS = [" ", " ", " ", ", ", ". ", "\n", " - "]


def make_texts(count):
    rng = random.Random(5)
    words = ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 3))) for _ in range(120)]
    weights = [1 / (1 + i) for i in range(len(words))]

    def text():
        chosen = rng.choices(words, weights, k=rng.randint(0, 40))
        return "".join(rng.choice([w, w, w.title(), w.upper()]) + rng.choice(MARKS) for w in chosen)

    return [text() for _ in range(count)]


def golden(texts, vectorizer, options):
    counts = vectorizer.fit_transform(texts)
    words = list(vectorizer.get_feature_names_out())
    if "maxFeatures" in options:
        total = np.asarray(counts.sum(axis=0)).ravel()
        documents = np.asarray((counts > 0).sum(axis=0)).ravel()
        score = total * np.log(len(texts) / documents) / len(texts)
        best = sorted(range(len(words)), key=lambda i: (-round(score[i], 12), words[i]))[: options["maxFeatures"]]
        counts = counts[:, sorted(best)]
        words = [words[i] for i in sorted(best)]
    counts.sort_indices()
    return {
        "options": options,
        "words": words,
        "start": counts.indptr.tolist(),
        "index": counts.indices.tolist(),
        "value": counts.data.tolist(),
    }


def main():
    texts = make_texts(80)
    cases = [
        golden(texts, CountVectorizer(), {}),
        golden(texts, CountVectorizer(binary=True), {"binary": True}),
        golden(texts, CountVectorizer(min_df=4), {"minDocuments": 4}),
        golden(texts, CountVectorizer(min_df=0.1, max_df=0.3), {"minShare": 0.1, "maxShare": 0.3}),
        golden(texts, CountVectorizer(min_df=3), {"minDocuments": 3, "maxFeatures": 20}),
        golden(texts, CountVectorizer(stop_words=["ba", "dilu", "ko"]), {"exclude": ["ba", "dilu", "ko"]}),
        golden(texts, CountVectorizer(vocabulary=["ko", "ba", "none", "dilu"]), {"vocabulary": ["ko", "ba", "none", "dilu"]}),
    ]
    versions = {"numpy": np.__version__, "scikit-learn": sklearn.__version__}
    path = pathlib.Path(__file__).with_name("vectorizer.json")
    path.write_text(json.dumps({"versions": versions, "texts": texts, "cases": cases}) + "\n")


main()
