import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAgentMarkers } from '../../../src/protocol/environment.ts';
import { formatRefusalLine, maxRefusalBytes } from '../../../src/protocol/refusalLine.ts';

function line(command: string, notice: string): string {
  const bytes = formatRefusalLine(
    Buffer.from(command).toString('latin1'),
    Buffer.from(notice).toString('latin1'),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

test('says what was refused, by what and why', () => {
  assert.equal(
    line('rm -rf /', 'by rule p#1: no [0123abcd]'),
    'rampart: denied `rm -rf /` by rule p#1: no [0123abcd]\n',
  );
});

test('shows nothing that a terminal would obey', () => {
  assert.equal(line('a\n\x1b[0m\x7f\u009bé', ':\tx'), 'rampart: denied `a??[0m??é`:?x\n');
  assert.equal(formatRefusalLine('\xff\xc3', ''), 'rampart: denied `??`\n');
});

test('cuts a long command and a long notice between characters, so that the line fits one write', () => {
  for (const letter of ['x', 'é', '€', '😀']) {
    const text = line(letter.repeat(600), letter.repeat(600));
    const [, command = '', notice = ''] = /^rampart: denied `(.*)` (.*)\n$/.exec(text) ?? [];
    const lengths = [command, notice, text].map((part) => Buffer.byteLength(part));
    assert.ok((lengths[0] ?? 0) <= 160 && (lengths[0] ?? 0) > 156, `${lengths.join(' ')} ${letter}`);
    assert.ok(
      (lengths[2] ?? 0) <= maxRefusalBytes && (lengths[2] ?? 0) > maxRefusalBytes - 4,
      lengths.join(' '),
    );
    assert.match(command, /[^\ufffd]…$/u);
    assert.match(notice, /[^\ufffd]…$/u);
  }
});

test('finds the agent markers that say yes', () => {
  assert.deepEqual(
    findAgentMarkers({ CLAUDECODE: '1', AGENT: 'no', CODEX_CI: '', GEMINI_CLI: undefined, X: '1' }),
    ['CLAUDECODE'],
  );
});
