#!/usr/bin/env bash
# Builds everything and writes the table: peers.md and peers.json in the folder
# PEERS (default: nngen-peers in the cache folder). Arguments go to the command
# table: run.sh -works mnist/ -peers nngen,onnx -rounds 5
set -euo pipefail
cd "$(dirname "$0")"
export GOWORK=off

peers=${PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/nngen-peers}
venv=${PEERS_VENV:-$peers/venv}
mkdir -p "$peers/data" "$peers/bin"
if ! cmp -s requirements.txt "$venv/requirements.txt"; then
	python3 -m venv "$venv"
	"$venv/bin/pip" install -r requirements.txt
	cp requirements.txt "$venv/"
fi

go generate ./ours
go build -o "$peers/bin/" ./ours ./onnxruntime ./table
GOEXPERIMENT=simd go build -o "$peers/bin/" ./gomlx

"$peers/bin/ours" "$peers/data" write
"$venv/bin/python" onnx_models.py "$peers/data"

ONNXRUNTIME_LIBRARY=$(ls "$venv"/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.1.32.0)
export ONNXRUNTIME_LIBRARY
"$peers/bin/table" -data "$peers/data" -bin "$peers/bin" -python "$venv/bin/python" -out "$peers/peers" "$@"
