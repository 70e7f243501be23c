# shellcheck shell=bash
# Sourced by infra/check and infra/deploy: the tools, pinned, in target/infra.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/target/infra
# `show` prints commands to standard output even where their own output is discarded.
exec 3>&1
venv=$work/venv

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

need() {
    command -v "$1" > /dev/null || fail "$1 is not installed. $2"
}

# environment DIRECTORY REQUIREMENTS: creates a virtual environment with exactly these packages, once. It is
# created again after the directory was moved or copied, because its scripts contain its path.
environment() {
    if ! { echo "# in $1" && cat "$2"; } | cmp -s - "$1/installed.txt"; then
        need python3 "Install Python 3.11 or later, with venv and pip. \
Without it, cargo test --workspace still tests everything outside infra."
        python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
            fail "$(python3 --version) is too old: 3.11 or later is needed."
        printf 'Installing the tools of %s into %s ...\n' "$(basename "$2")" "$1" >&2
        python3 -m venv --clear "$1"
        # Most of these modules are never imported: Python compiles the others when it imports them.
        "$1/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check --requirement "$2"
        { echo "# in $1" && cat "$2"; } > "$1/installed.txt"
    fi
}

tools() {
    mkdir -p "$work"
    environment "$venv" "$root/infra/requirements.txt"
    PATH=$venv/bin:$PATH
    export PATH
}

# missing_packages: prints Debian's packages that the browser needs and that are not there. A mail is as wide as its
# letters, so there are fonts with those of every language.
missing_packages() {
    command -v chromium > /dev/null || echo chromium
    command -v node > /dev/null || echo nodejs
    command -v npm > /dev/null || echo npm
    command -v fc-list > /dev/null || echo fontconfig
    [ -n "$(fc-list :lang=de)" ] || echo fonts-liberation
    [ -n "$(fc-list :lang=ar)" ] || echo fonts-noto-core
    [ -n "$(fc-list :lang=ja)" ] || echo fonts-droid-fallback
} 2> /dev/null

# browser: Chromium, and what drives it: the packages of infra/mails/package-lock.json, in target/infra/mails.
browser() {
    local missing source=$root/infra/mails to=$work/mails
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -gt 0 ]; then
        if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
            fail "The browser's checks need ${missing[*]}. On Debian: \
sudo apt-get install --no-install-recommends ${missing[*]}"
        fi
        printf 'Installing %s ...\n' "${missing[*]}" >&2
        apt-get update --quiet=2
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}" > /dev/null
    fi
    packages_of "$source" "$to"
}

# packages_of SOURCE DIRECTORY: installs the npm packages of SOURCE's lockfile into DIRECTORY, once.
packages_of() {
    cmp -s "$1/package-lock.json" "$2/installed.json" && return
    printf 'Installing the packages of %s into %s ...\n' "${1#"$root/"}" "$2" >&2
    mkdir -p "$2"
    cp "$1/package.json" "$1/package-lock.json" "$2"
    (cd "$2" && npm ci --ignore-scripts --no-fund --no-audit --loglevel error > /dev/null)
    cp "$1/package-lock.json" "$2/installed.json"
}

# runtimes: what shared/clients/ needs beside the languages themselves, of which none is installed here.
runtimes() {
    local source=$root/shared/clients to=$work/clients
    if command -v node > /dev/null && command -v npm > /dev/null; then
        packages_of "$source/node" "$to/node"
        # Node looks for packages beside the file.
        cp "$source/node/waybill.mjs" "$to/node"
    fi
    if command -v java > /dev/null && [ ! -e /usr/share/java/jackson-databind.jar ] &&
        [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update --quiet=2
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
            libjackson2-databind-java > /dev/null
    fi
    # Debian's packages of the AWS SDK are older than modules, and found by GOPATH.
    if command -v go > /dev/null && [ -d /usr/share/gocode/src/github.com/aws/aws-sdk-go-v2 ]; then
        mkdir -p "$to/go/path/src/waybill.example"
        ln -sfn "$source/go" "$to/go/path/src/waybill.example/client"
        GO111MODULE=off GOPATH=$to/go/path:/usr/share/gocode go build -o "$to/go/waybill" waybill.example/client
    fi
}

services=(intake relay dispatcher mailer feedback connector publisher)
# Fixed, so that the caller's CARGO_TARGET_DIR cannot lead to outdated zips. Not target/lambda: there cargo
# writes the executables of the profile `lambda`, whose names are those of the zips' folders.
zip_dir=$root/target/zips

# zips x86_64|arm64: builds the functions into target/zips/*/bootstrap.zip, and packs them as small as they get.
zips() {
    need cargo "Install Rust: https://rustup.rs"
    need cc "Install a C compiler, such as gcc: parts of TLS are written in C."
    local flag=--x86-64 packages=() name
    [ "$1" = arm64 ] && flag=--arm64
    for name in "${services[@]}"; do
        packages+=(--package "waybill-$name")
    done
    # Cargo.toml's profile decides the optimisation. cargo-lambda would add panic=abort, and then Lambda's
    # runtime could not report a panic.
    (cd "$root" && show cargo lambda build --profile lambda --locked --disable-optimizations \
        --output-format zip "$flag" --lambda-dir "$zip_dir" "${packages[@]}")
    local zips=("${services[@]/#/$zip_dir/}")
    "$venv/bin/python" "$root/infra/pack.py" "${zips[@]/%//bootstrap.zip}"
}

# architecture_of_zips: prints arm64 or x86_64, as read from the executables.
architecture_of_zips() {
    local zips=("${services[@]/#/$zip_dir/}")
    python3 "$root/infra/architecture.py" "${zips[@]/%//bootstrap.zip}"
}

machine() {
    case $(uname -m) in aarch64 | arm64) echo arm64 ;; *) echo x86_64 ;; esac
}

# show COMMAND...: prints a command, ready to paste into a shell, and runs it.
show() {
    printf '\n$ %s\n' "$(quoted "$@")" >&3
    "$@"
}

quoted() {
    local word out=()
    for word in "$@"; do
        if [[ $word =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then
            out+=("$word")
        else
            out+=("'${word//\'/\'\\\'\'}'")
        fi
    done
    printf '%s' "${out[*]}"
}
