import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commandTable.ts';
import type { Example } from '../../src/cli/command.ts';
import { cli, Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** A workspace in which every line of the manual can be typed. */
async function prepare(rampart: Rampart, line: string): Promise<void> {
  const programs = join(rampart.folder, 'programs');
  mkdirSync(programs);
  const write = (name: string, text: string): void => {
    writeFileSync(join(programs, name), text, { mode: 0o755 });
  };
  write('rampart', `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  write('make', '#!/bin/sh\n:\n');
  rampart.write('risky.sh', '#!/bin/sh\n:\n');
  rampart.write('commands.txt', 'ls\n');
  rampart.write('policy.yaml', testedPolicy);
  record(rampart);
  const added = line.startsWith('rampart rules')
    ? [
        ['allow', 'x'],
        ['block', 'y'],
      ]
    : [];
  for (const words of added) assert.equal((await rampart.run(words)).status, 0);
}

const testedPolicy = `default_action: allow
policies:
  - name: mine
    rules:
      - action: deny
        when: { command_matches: [x] }
        message: not x
tests:
  - { name: x is denied, tool: exec, params: { command: x }, expect: deny }
`;

/** A refusal of last year, and one of today. */
function record(rampart: Rampart): void {
  const folder = join(rampart.stateDirectory, 'audit');
  const timestamp = new Date().toISOString();
  const decision = { action: 'deny', message: 'no' };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const day of ['2025-12-31', timestamp.slice(0, 10)])
    writeFileSync(
      join(folder, `${day}.jsonl`),
      `${JSON.stringify({ id: `${day}-0123456789abcdef`, timestamp, request: { command: 'x' }, decision })}\n`,
    );
}

async function run(rampart: Rampart, line: string): Promise<number | null> {
  const PATH = `${join(rampart.folder, 'programs')}:${String(rampart.environment()['PATH'])}`;
  const running = rampart.startProgram(['bash', '-c', `exec 2>&1; ${line}`], { environment: { PATH } });
  running.child.stdin?.end();
  const isServing = line.startsWith('rampart serve');
  if (isServing) {
    await until(`\`${line}\` listens`, () => running.said.stdout.includes('"ready":true'));
    running.child.kill('SIGTERM');
  }
  const { status, stdout } = await running.finished;
  assert.doesNotMatch(stdout, /unknown option|unexpected argument|unknown command/, line);
  return status;
}

for (const { name, manual } of commands)
  test(`the examples of \`rampart ${name}\` do what the manual says`, async (context) => {
    for (const example of manual.examples) {
      const rampart = new Rampart(context);
      await prepare(rampart, example.line);
      if (needsEndpoint(example)) await rampart.serve();
      assert.equal(await run(rampart, example.line), example.exits ?? 0, example.line);
      await rampart.endEndpoint();
    }
  });

function needsEndpoint({ line }: Example): boolean {
  return /^rampart (?:status|mode|stop|approvals|run-anyway|token)\b/.test(line);
}
