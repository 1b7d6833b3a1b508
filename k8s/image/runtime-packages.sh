#!/bin/bash
# Prints the Debian packages that hold the shared libraries of a binary, one a line.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: runtime-packages.sh BINARY" >&2
    exit 64
fi

libraries=$(ldd "$1")
if grep -F 'not found' <<< "$libraries" >&2; then
    echo "runtime-packages.sh: libraries of $1 are missing" >&2
    exit 1
fi

owner() {
    local real
    real=$(readlink --canonicalize "$1")
    # dpkg knows some libraries by /lib and some by /usr/lib, which are one folder.
    dpkg-query --search "$real" 2> /dev/null || dpkg-query --search "${real#/usr}" 2> /dev/null || {
        echo "runtime-packages.sh: no package holds $real" >&2
        return 1
    }
}

awk '$3 ~ /^\// { print $3 }' <<< "$libraries" | while read -r library; do
    owner "$library"
done | cut --delimiter=: --fields=1 | sort --unique
