#!/usr/bin/env bash
# Moves models between Keras and this library, both ways, and compares what they predict: make check-keras.
#
#   Tests/KerasCheck/run.sh BIN
#
# BIN is the folder of the built programs. Keras and TensorFlow are installed into .build/keras-check, once; KERAS_PYTHON
# names a Python that has them already. MNIST is looked for where digits looks for it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
python=${KERAS_PYTHON:-}
if [ -z "$python" ]; then
    environment=$here/../../.build/keras-check
    python=$environment/bin/python
    if [ ! -e "$environment/ready" ]; then
        python3 -m venv "$environment"
        "$python" -m pip install --quiet -r "$here/requirements.txt"
        touch "$environment/ready"
    fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$here/check_keras.py" --bin "$bin" --work "$work"
