#!/usr/bin/env node
// Rampart's command line.
'use strict';
var version = process.versions.node.split('.').map(Number);
if (version[0] > 20 || (version[0] === 20 && version[1] >= 19)) {
  import('../dist/cli.js');
} else {
  process.stderr.write(
    'rampart: Node.js 20.19 or newer is needed, this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ')\n',
  );
  process.exitCode = 125;
}
