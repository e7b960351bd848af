import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBase64, isUtf8 } from '../../../src/protocol/byteText.ts';
import { formatPreflightBody, maxQuestionTextBytes } from '../../../src/protocol/preflightBody.ts';
import type { PreflightQuestion } from '../../../src/protocol/preflightBody.ts';

const question: PreflightQuestion = {
  agent: 'preload',
  session: 'preload-7',
  enforce: true,
  id: '0'.repeat(32),
  path: 'ls',
  argv: ['ls'],
  exe: '/bin/ls',
  cwd: '/tmp',
  pid: 7,
  ppid: 6,
  sid: 5,
  door: 'preload',
  markers: ['CLAUDECODE'],
  guardable: true,
};

test('writes the keys in the order of the protocol, without white space', () => {
  assert.equal(
    formatPreflightBody(question),
    `{"agent":"preload","session":"preload-7","params":{"command":"ls"},"enforce":true,"id":"${'0'.repeat(32)}",` +
      '"argv":["ls"],"exe":"/bin/ls","cwd":"/tmp","pid":7,"ppid":6,"sid":5,"door":"preload",' +
      '"markers":["CLAUDECODE"],"guardable":true,"truncated":false}',
  );
});

test('leaves out a directory that could not be read', () => {
  assert.doesNotMatch(formatPreflightBody({ ...question, cwd: null }), /cwd/);
});

test('escapes quotes and control bytes and keeps valid UTF-8', () => {
  const agent = Buffer.from('a"\\\n\x7fé€😀').toString('latin1');
  const body = Buffer.from(formatPreflightBody({ ...question, agent }), 'latin1').toString();
  assert.ok(body.startsWith('{"agent":"a\\"\\\\\\u000a\\u007fé€😀","session"'), body);
});

test('sends a value that is not UTF-8 a second time in full', () => {
  const body = formatPreflightBody({
    ...question,
    path: '/bin/ls',
    argv: ['ls', '\xff'],
    exe: '/\xc0\x80',
    cwd: '/\xed\xa0\x80',
  });
  const read: unknown = JSON.parse(body);
  assert.deepEqual(
    Object.fromEntries(Object.entries(read as object).filter(([name]) => name.endsWith('_b64'))),
    { command_b64: 'bHMgJ/8n', argv_b64: ['bHM=', '/w=='], exe_b64: 'L8CA', cwd_b64: 'L+2ggA==' },
  );
  assert.match(body, /"enforce":true,"command_b64":"bHMgJ\/8n","id"/);
  assert.match(body, /"argv":\["ls","\\u00ff"\],"argv_b64":/);
  assert.match(body, /"exe":"\/\\u00c0\\u0080","exe_b64":/);
});

test('cuts what is too long and says so', () => {
  const long = 'x'.repeat(maxQuestionTextBytes);
  const read = (
    argv: readonly string[],
  ): { params: { command: string }; argv: string[]; truncated: boolean } =>
    JSON.parse(formatPreflightBody({ ...question, argv })) as never;
  const fitting = read(['ls', long.slice(4)]);
  assert.deepEqual([fitting.argv[1]?.length, fitting.truncated], [maxQuestionTextBytes - 4, false]);
  const cut = read(['ls', long, 'more']);
  assert.deepEqual(
    [cut.argv.length, cut.argv[1]?.length, cut.params.command.length, cut.truncated],
    [2, maxQuestionTextBytes - 3, maxQuestionTextBytes, true],
  );
});

test('agrees with Node about base64 and UTF-8, for every pair of bytes', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let pair = 0; pair < 0x10000; pair++) {
    const bytes = Buffer.from([pair >> 8, pair & 0xff, 0x41]);
    const text = bytes.toString('latin1');
    let valid = true;
    try {
      decoder.decode(bytes);
    } catch {
      valid = false;
    }
    assert.equal(isUtf8(text), valid, bytes.toString('hex'));
    if (pair % 251 === 0) assert.equal(formatBase64(text), bytes.toString('base64'));
  }
});
