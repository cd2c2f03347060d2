#!/bin/sh
# The tree of data in parts, by GNU parallel: sh parallel.sh OUT PART...
# The logs of jobs in OUT know what is done: run it again after a failure.
set -eu
out=$1
shift
mkdir -p "$out/surveys" "$out/counts"
each() { parallel --quote --retries 3 --resume-failed --joblog "$@"; }

each "$out/surveys.log" espalier survey {} --out "$out/surveys/{#}" ::: "$@"
espalier merge "$out"/surveys/* --out "$out/all.survey"
each "$out/counts.log" espalier count {} --survey "$out/all.survey" --out "$out/counts/{#}" ::: "$@"
espalier merge "$out"/counts/* --out "$out/all.counts"
espalier tree --counts "$out/all.counts" --out "$out/tree.json"
