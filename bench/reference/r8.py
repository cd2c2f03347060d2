# TF-IDF and logistic regression of scikit-learn on R8, beside which `npm run bench:r8` puts the nets of this package: python3 bench/reference/r8.py [FOLDER]
# C is chosen by 3-fold cross-validation on the training rows; the test rows are looked at once, at the end.
import sys, time
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

folder = sys.argv[1] if len(sys.argv) > 1 else "../shared/data/r8"


def read(name):
    with open(f"{folder}/{name}.tsv", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file if line.strip()]
    return [text for _, text in rows], [label for label, _ in rows]


def model(c, sublinear):
    return make_pipeline(TfidfVectorizer(sublinear_tf=sublinear), LogisticRegression(C=c, max_iter=1000))


train, labels = read("train")
test, wanted = read("test")
print(f"scikit-learn {sklearn.__version__}, {len(train)} and {len(test)} documents")
folds = StratifiedKFold(3, shuffle=True, random_state=0)
for sublinear in (False, True):
    scores = {c: cross_val_score(model(c, sublinear), train, labels, cv=folds).mean() for c in (1, 10, 100)}
    best = max(scores, key=scores.get)
    for c in scores:
        began = time.perf_counter()
        accuracy = model(c, sublinear).fit(train, labels).score(test, wanted)
        chosen = ", chosen by cross-validation" if c == best else ""
        print(
            f"sublinear_tf {sublinear}, C {c}: cross-validation {scores[c]:.4f}, test {accuracy:.4f}, {time.perf_counter() - began:.1f} s{chosen}"
        )
