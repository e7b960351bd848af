#!/bin/sh
# Installs Rampart's command line and preload library to a prefix, or removes them from there.
set -eu

usage() {
  cat <<'TEXT'
Usage: ./install.sh [--prefix DIR] [--destdir DIR] [--uninstall]

  --prefix DIR   where bin/, lib/ and share/ are (default: /usr/local)
  --destdir DIR  a folder that stands for / while a package is made
  --uninstall    remove what was installed to the prefix
TEXT
}

fail() {
  echo "install.sh: $1" >&2
  exit "${2:-1}"
}

prefix=/usr/local
destdir=
action=install
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --destdir)
      [ $# -gt 1 ] || fail "$1 needs a folder" 2
      case $2 in
        /*) ;;
        *) fail "$1 needs an absolute path, not $2" 2 ;;
      esac
      if [ "$1" = --prefix ]; then prefix=$2; else destdir=$2; fi
      shift
      ;;
    --uninstall) action=uninstall ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && fail "what is $1?" 2 ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
to=$destdir${prefix%/}
completions='share/bash-completion/completions/rampart share/zsh/site-functions/_rampart share/fish/vendor_completions.d/rampart.fish'

remove() {
  rm -rf "$to/lib/rampart" "$to/lib/rampart.new" "$to/lib/rampart.old" "$to/share/doc/rampart"
  rm -f "$to/bin/rampart"
  for library in librampart.so librampart.dylib; do
    # Only the link that was made here: another one may be somebody's own.
    case $(readlink "$to/lib/$library" 2>/dev/null || :) in
      rampart/dist/native/*) rm -f "$to/lib/$library" ;;
    esac
  done
  for file in $completions; do rm -f "$to/$file"; done
}

if [ "$action" = uninstall ]; then
  if [ ! -f "$to/lib/rampart/dist/cli.js" ]; then fail "there is no Rampart below $to"; fi
  remove
  echo "Removed Rampart from $to."
  echo "Left: ~/.rampart of every user, with policies, rules and the record of what ran; \`rm -r ~/.rampart\` removes one."
  exit 0
fi

case $(uname -s) in
  Linux) system=linux library=librampart.so ;;
  Darwin) system=darwin library=librampart.dylib ;;
  *) fail "there is no library for $(uname -s); on Windows, install inside WSL" ;;
esac
case $(uname -m) in
  x86_64 | amd64) machine=x64 ;;
  aarch64 | arm64) machine=arm64 ;;
  armv7* | armv8l) machine=arm ;;
  *) fail "there is no library for $(uname -m)" ;;
esac
[ -f "$here/lib/rampart/dist/native/$system-$machine/$library" ] || fail "the archive is incomplete: $here/lib/rampart/dist/native/$system-$machine/$library is missing"

mkdir -p "$to/bin" "$to/lib" "$to/share/doc/rampart" || fail "cannot write to $to: choose another --prefix, or run as root"
# Put aside and replaced as a whole: what runs goes on with the files it has open.
rm -rf "$to/lib/rampart.new" "$to/lib/rampart.old"
cp -R "$here/lib/rampart" "$to/lib/rampart.new"
for folder in "$to/lib/rampart.new/dist/native/"*; do
  [ "${folder##*/}" = "$system-$machine" ] || rm -r "$folder"
done
if [ -e "$to/lib/rampart" ]; then mv "$to/lib/rampart" "$to/lib/rampart.old"; fi
mv "$to/lib/rampart.new" "$to/lib/rampart"
rm -rf "$to/lib/rampart.old"
ln -sf "rampart/dist/native/$system-$machine/$library" "$to/lib/$library"
cp "$here/bin/rampart" "$to/bin/rampart.new"
chmod 755 "$to/bin/rampart.new"
mv "$to/bin/rampart.new" "$to/bin/rampart"
for paper in README.md LICENSE CHANGELOG.md SECURITY.md THIRD_PARTY_NOTICES.txt sbom.cdx.json; do
  cp "$here/$paper" "$to/share/doc/rampart/$paper"
done
for file in $completions; do
  mkdir -p "$to/${file%/*}"
done
cp "$here/share/completion.bash" "$to/share/bash-completion/completions/rampart"
cp "$here/share/completion.zsh" "$to/share/zsh/site-functions/_rampart"
cp "$here/share/completion.fish" "$to/share/fish/vendor_completions.d/rampart.fish"

echo "Installed Rampart to $to."
case :$PATH: in
  *:"${prefix%/}/bin":*) echo "Try: rampart preload -- sh -c 'rm -rf /rampart-try-me'" ;;
  *) echo "Try: ${prefix%/}/bin/rampart preload -- sh -c 'rm -rf /rampart-try-me'" ;;
esac
command -v node >/dev/null || echo "Node.js 20.19 or newer is needed to run it, and there is no node in PATH." >&2
