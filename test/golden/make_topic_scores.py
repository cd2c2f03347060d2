"""Writes topic_scores.json: 200 stories of R8 (Reuters-21578, label<TAB>text) as the words of six topics that they have, found by
scikit-learn, and in NumPy, from the definitions, each topic's mean NPMI (Bouma 2009) and mean cosine of PPMI vectors (Levy and
Goldberg 2014, section 3; no word meets itself); and scikit-learn's purity and normalised mutual information of two lists.

Run: python3 test/golden/make_topic_scores.py R8_TRAIN_TSV
"""

import itertools
import json
import pathlib
import sys

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

TOPICS = [
    ["shr", "qtr", "revs", "cts"],
    ["oil", "crude", "opec", "barrel"],
    ["bank", "rate", "money", "fed"],
    ["trade", "japan", "tariffs", "deficit"],
    ["shares", "stake", "offer", "merger"],
    ["ship", "wheat", "port", "tonnes"],
]
words = sum(TOPICS, [])
lines = pathlib.Path(sys.argv[1]).read_text().splitlines()
# Of every label alike.
by_label = {}
for line in lines:
    label, text = line.split("\t", 1)
    by_label.setdefault(label, []).append(text)
stories = [(label, text) for label in sorted(by_label) for text in by_label[label][:25]]
labels = [label for label, _ in stories]
vectorizer = CountVectorizer(vocabulary=words, binary=True, token_pattern=r"\S+")
X = vectorizer.transform([text for _, text in stories]).toarray().astype(float)

p = X.mean(0)
joint = X.T @ X / len(X)
company = X.T @ X
np.fill_diagonal(company, 0)
with np.errstate(divide="ignore", invalid="ignore"):
    npmi = np.where(joint > 0, np.log(joint / np.outer(p, p)) / -np.log(joint), -1)
    pmi = np.log(company * company.sum() / np.outer(company.sum(1), company.sum(0)))
ppmi = np.where(company > 0, np.maximum(pmi, 0), 0)
ppmi /= np.linalg.norm(ppmi, axis=1, keepdims=True)
cosine = ppmi @ ppmi.T
assert (p > 0).all() and np.isfinite(cosine).all()


def means(scores):
    out = []
    for t in range(len(TOPICS)):
        places = range(4 * t, 4 * t + 4)
        out.append(float(np.mean([scores[a, b] for a, b in itertools.combinations(places, 2)])))
    return out


# The topic that most of a story's words are of.
clusters = X.reshape(len(X), len(TOPICS), 4).sum(2).argmax(1)
table = contingency_matrix(labels, clusters)
golden = {
    "topics": TOPICS,
    "documents": [" ".join(words[i] for i in np.flatnonzero(row)) for row in X],
    "npmi": means(npmi),
    "compactness": means(cosine),
    "table": table.tolist(),
    "purity": float(table.max(0).sum() / table.sum()),
    "nmi": float(normalized_mutual_info_score(labels, clusters)),
}
path = pathlib.Path(__file__).with_name("topic_scores.json")
path.write_text(json.dumps(golden, indent=0) + "\n")
