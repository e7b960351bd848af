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
script=${self%/*}/../lib/rampart/bin/rampart.cjs
program=$(command -v node) || program=
if [ -z "$program" ]; then
  echo "rampart: Node.js 20.19 or newer is needed, and there is no node in PATH: install it (https://nodejs.org, or your system's package nodejs)" >&2
  exit 125
fi
exec "$program" "$script" "$@"
