import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sealRecord } from '../../src/system/auditChain.ts';
import { auditRecord } from '../support/records.ts';
import { cli, parseObject, Rampart } from '../support/rampart.ts';
import type { RunOptions } from '../support/rampart.ts';

/** What a terminal shows of a line that is typed with `rampart` in it. */
async function typeIn(
  rampart: Rampart,
  line: string,
  environment: RunOptions['environment'] = {},
): Promise<string> {
  const command = line.replace('rampart', `${process.execPath} ${cli}`);
  const words = ['script', '-qec', command, '/dev/null'] as const;
  const { status, stdout } = await rampart.startProgram(words, {
    input: '',
    environment: { TERM: 'xterm', ...environment },
  }).finished;
  assert.equal(status, 0, stdout);
  return stdout;
}

function writeLog(rampart: Rampart, records: number): void {
  const folder = join(rampart.stateDirectory, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const record = JSON.stringify(auditRecord({ timestamp: '2026-01-01T00:00:00.000Z' }));
  const lines: string[] = [];
  for (let previous = ''; lines.length < records;) {
    const sealed = sealRecord(record, previous);
    previous = sealed.hash;
    lines.push(`${sealed.line}\n`);
  }
  writeFileSync(join(folder, '2026-01-01.jsonl'), lines.join(''));
}

test('colours are on a terminal, and neither in a pipe nor where nobody wants them', async (context) => {
  const rampart = new Rampart(context);
  writeLog(rampart, 1);
  for (const line of ['rampart log', "rampart test 'rm -rf /srv' || true", 'rampart doctor || true']) {
    assert.match(await typeIn(rampart, line), /\x1b\[3[123]m/, line);
    for (const plain of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      assert.doesNotMatch(await typeIn(rampart, line, plain), /\x1b/, line);
    const piped = `(${line.replace(' || true', '')}) | cat`;
    assert.doesNotMatch(await typeIn(rampart, piped), /\x1b/, piped);
  }
});

test('long work is counted on the terminal beside its data, and nowhere else', async (context) => {
  const rampart = new Rampart(context);
  writeLog(rampart, 1_000);
  // Time passes by the looks at the clock: each record takes long, however fast the machine is.
  const clock = rampart.write('clock.mjs', 'let now = 0;\nperformance.now = () => (now += 5);\n');
  for (const line of ['rampart audit stats --json', 'rampart log --verify --json']) {
    const shown = await typeIn(rampart, `${line} > out.json`, { NODE_OPTIONS: `--import ${clock}` });
    assert.match(shown, /\r\x1b\[K\d+ records …/, line);
    assert.ok(shown.endsWith('\r\x1b[K'), 'the count goes away');
    parseObject(readFileSync(join(rampart.folder, 'out.json'), 'utf8'));
    const { stdout, stderr } = await rampart.run(line.split(' ').slice(1));
    assert.equal(stderr, '');
    parseObject(stdout);
  }
});
