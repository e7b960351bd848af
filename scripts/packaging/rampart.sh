#!/bin/sh
# Rampart's command line.
self=$0
while [ -h "$self" ]; do
  to=$(readlink "$self")
  case $to in
    /*) self=$to ;;
    *) self=${self%/*}/$to ;;
  esac
done
case $self in
  */*) ;;
  *) self=./$self ;;
esac
script=${self%/*}/rampart.cjs
if [ ! -f "$script" ]; then
  script=${self%/*}/../lib/rampart/bin/rampart.cjs
fi
# Node.js forgets which signals its caller ignores, and opens descriptors that are closed.
case ${1-} in preload | serve)
  if [ -r /proc/self/status ]; then
    while read -r field value; do
      if [ "$field" = SigIgn: ]; then export RAMPART_SHIM_IGNORED="$value"; fi
    done </proc/self/status
    for field in 0 1 2; do
      [ -e "/proc/self/fd/$field" ] || export RAMPART_SHIM_CLOSED="${RAMPART_SHIM_CLOSED-}$field"
    done
  fi ;;
esac
program=$(command -v node) || program=
if [ -z "$program" ]; then
  echo "rampart: Node.js 20.19 or newer is needed, and there is no node in PATH: install it (https://nodejs.org, or your system's package nodejs)" >&2
  exit 125
fi
exec "$program" "$script" "$@"
