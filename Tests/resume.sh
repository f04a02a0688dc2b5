#!/usr/bin/env bash
# Kills training at random moments and goes on with it, time after time, and compares the model with that of a run that
# was not interrupted, byte by byte.
#
#   Tests/resume.sh DIGITS [ROUNDS [SEED]]
#
# DIGITS is the command; ROUNDS (100) how often; SEED (1) decides the moments. It trains on the first 1,000 images of the
# MNIST that DIGITS_DATA holds, or on synthetic digits.
set -euo pipefail

digits=$1 rounds=${2:-100}
RANDOM=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# first COUNT SIZE NAME HEADER: the first elements of one of MNIST's files as a file of its own.
first() {
    local count=$1 size=$2 name=$3 header=$4 source=
    for source in "$DIGITS_DATA"{,/mnist}/"$name"{,.gz}; do if [ -f "$source" ]; then break; fi; done
    local skip=$((${#header} / 4))
    {
        printf %b "$header"
        if [[ $source = *.gz ]]; then gzip -dc "$source"; else cat "$source"; fi | tail -c +$((skip + 1)) \
            | head -c $((count * size)) || true
    } > "$work/data/$name"
}

data=synthetic
if [ -n "${DIGITS_DATA:-}" ]; then
    data=$work/data
    mkdir "$data"
    images='\x00\x00\x08\x03\x00\x00\x03\xe8\x00\x00\x00\x1c\x00\x00\x00\x1c'
    labels='\x00\x00\x08\x01\x00\x00\x03\xe8'
    first 1000 784 train-images-idx3-ubyte "$images"
    first 1000 1 train-labels-idx1-ubyte "$labels"
    first 1000 784 t10k-images-idx3-ubyte "$images"
    first 1000 1 t10k-labels-idx1-ubyte "$labels"
fi

networks=("--model cnn-compact" "--model cnn-batchnorm" "--model mlp-deep --optimizer adamw" "--model cnn-basic"
    "--model cnn-compact --augment rotation=10,zoom=0.1,shift=0.08,shear=5,elastic=34")
# Mostly one thread, which a busy machine delays least; some of the parts have more.
common=(--epochs 3 --batch-size 32 --verbose 0 --threads 1)
for index in "${!networks[@]}"; do
    # The networks' options are words.
    # shellcheck disable=SC2086
    "$digits" train ${networks[index]} "${common[@]}" --data "$data" --out "$work/whole$index" > /dev/null
done

kills=0 resumes=0
for ((round = 1; round <= rounds; round++)); do
    index=$((round % ${#networks[@]}))
    run=$work/run
    rm -rf "$run"
    interval=$((RANDOM % 40 + 1))steps
    # shellcheck disable=SC2086
    command=("$digits" train ${networks[index]} "${common[@]}" --data "$data" --out "$run" --checkpoint-every "$interval")
    for ((attempt = 0; ; attempt++)); do
        "${command[@]}" > /dev/null 2> "$work/errors" &
        process=$!
        if ((attempt < 8)); then
            sleep "0.$(printf %03d $((RANDOM % 900)))"
            kill -KILL "$process" 2> /dev/null || true
        fi
        status=0
        wait "$process" 2> /dev/null || status=$?
        if [ "$status" = 0 ]; then break; fi
        if [ "$status" != 137 ]; then
            printf 'round %d: exit code %d: %s\n' "$round" "$status" "$(cat "$work/errors")" >&2
            exit 1
        fi
        kills=$((kills + 1))
        # Without settings nothing has begun yet, and the same command begins anew.
        if [ -f "$run/settings.json" ]; then
            command=("$digits" train --resume "$run" --verbose 0 --threads $((RANDOM % 4 == 0 ? 3 : 1)))
            resumes=$((resumes + 1))
        fi
    done
    printf '\rround %d, %d kills ' "$round" "$kills" >&2
    for file in model.safetensors history.csv; do
        if ! cmp "$run/$file" "$work/whole$index/$file"; then
            printf 'round %d: %s differs after %d kills\n' "$round" "$file" "$attempt" >&2
            exit 1
        fi
    done
done
printf '\n%d rounds, %d kills, %d resumed: every model is byte for byte that of the uninterrupted run\n' \
    "$rounds" "$kills" "$resumes"
