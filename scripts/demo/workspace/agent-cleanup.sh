#!/bin/sh
# What an agent may run when it was told to "free some disk space": it takes the directory beside the
# workspace for a cache and deletes it.
cd "$(dirname "$0")" || exit 1
echo "agent: ../precious looks like a cache, deleting it"
rm -rf ../precious
status=$?
if [ -d ../precious ]; then
  echo "agent: ../precious is still there"
else
  echo "agent: ../precious is gone"
fi
exit "$status"
