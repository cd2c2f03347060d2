#!/bin/bash
# The tree of data in parts, on Slurm: bash slurm.sh OUT PART...
# OUT and the parts lie where all nodes see them. What is in OUT is not made again: run it again after a failure.
#SBATCH --requeue
#SBATCH --kill-on-invalid-dep=yes
set -eu

# Submits this script as the job that does step $1; prints its number.
submit() { STEP=$1 sbatch --parsable --job-name="$1" --output="$OUT/logs/%x-%A-%a.log" "${@:2}" "$0"; }

# Makes file $1 by a command, unless it is there; a job that fails goes back into the queue, twice.
make() {
  [ -e "$1" ] || espalier "${@:2}" --out "$1" || {
    [ "${SLURM_RESTART_COUNT:-0}" -ge 2 ] ||
      scontrol requeue "${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_}${SLURM_ARRAY_TASK_ID:-$SLURM_JOB_ID}"
    exit 1
  }
}

i=${SLURM_ARRAY_TASK_ID:-1}
case ${STEP:-submit} in
  submit)
    mkdir -p "$1/logs" "$1/surveys" "$1/counts"
    export OUT=$(realpath "$1")
    shift
    realpath "$@" >"$OUT/parts"
    surveys=$(submit survey --array=1-$#)
    survey=$(submit merge --dependency=afterok:$surveys)
    counts=$(submit count --array=1-$# --dependency=afterok:$survey)
    submit tree --dependency=afterok:$counts --wait || true
    # A job that was cancelled for what it depended on may count as ended well.
    [ -e "$OUT/tree.json" ] || { echo "No tree: see $OUT/logs" >&2; exit 1; }
    ;;
  survey) make "$OUT/surveys/$i" survey "$(sed -n ${i}p "$OUT/parts")" ;;
  merge) make "$OUT/all.survey" merge "$OUT"/surveys/* ;;
  count) make "$OUT/counts/$i" count "$(sed -n ${i}p "$OUT/parts")" --survey "$OUT/all.survey" ;;
  tree)
    make "$OUT/all.counts" merge "$OUT"/counts/*
    make "$OUT/tree.json" tree --counts "$OUT/all.counts"
    ;;
esac
