import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseExecRequest } from '../../../src/protocol/parseExecRequest.ts';
import { readableText } from '../../../src/protocol/byteText.ts';
import { only, readWireExamples, wireFolder } from '../../support/wireExamples.ts';
import '../../support/propertySeed.ts';

const id = '0123456789abcdef0123456789abcdef';

function parsed(body: unknown, tool = 'exec'): unknown {
  const request = parseExecRequest(tool, body);
  return request.ok ? request.value : request.error;
}

function fieldOf(name: 'command' | 'path' | 'cwd', body: unknown, tool = 'exec'): unknown {
  const request = parseExecRequest(tool, body);
  return request.ok ? request.value[name] : request.error;
}

const nothing = {
  id: null,
  agent: '',
  session: '',
  tool: 'exec',
  command: '',
  path: null,
  enforce: false,
  argv: null,
  exe: null,
  cwd: null,
  pid: null,
  ppid: null,
  sid: null,
  door: null,
  markers: [],
  guardable: true,
  truncated: false,
};

test('reads the question that our library asks', () => {
  const body = {
    agent: 'claude',
    session: 's1',
    params: { command: 'rm -rf x' },
    enforce: true,
    id,
    argv: ['rm', '-rf', 'x'],
    exe: '/usr/bin/rm',
    cwd: '/work',
    pid: 7,
    ppid: 6,
    sid: 5,
    door: 'execve',
    markers: ['CLAUDECODE'],
    guardable: false,
    truncated: true,
  };
  const { params, ...rest } = body;
  assert.deepEqual(parsed(body), { ...rest, tool: 'exec', command: params.command, path: null });
});

test('reads the four keys of a stock library, and an object with none', () => {
  assert.deepEqual(parsed({ agent: 'a', session: 's', params: { command: 'ls' }, enforce: true }), {
    ...nothing,
    agent: 'a',
    session: 's',
    command: 'ls',
    enforce: true,
  });
  assert.deepEqual(parsed({}), nothing);
  assert.deepEqual(parsed(null), nothing);
  assert.deepEqual(parsed({ params: null, input: null, agent: null }), nothing);
});

test("takes the peer's other names for a command", () => {
  for (const body of [
    { command: 'ls' },
    { input: { cmd: 'ls' } },
    { params: { input: 'ls' } },
    { params: { command_b64: 'bHM=' } },
    { params: { arguments: { command: 'ls' } } },
    { params: { tool_input: { command: 'ls' } } },
    { command: 'ls', params: { command: 'ls', cmd: ' ' } },
  ]) {
    assert.equal(fieldOf('command', body), 'ls', JSON.stringify(body));
  }
  assert.equal(fieldOf('command', { params: { cmd: 'ls' } }, 'read'), '');
  assert.equal(fieldOf('command', { params: { description: 'd', prompt: 'p' } }, 'agent'), 'd');
});

test('refuses two that disagree and values of another type', () => {
  assert.equal(
    parsed({ command: 'ls', params: { command: 'rm' } }),
    'the command is given twice and differs',
  );
  assert.equal(
    parsed({ params: { workdir: '/a', cwd: '/b' } }),
    'the working directory is given twice and differs',
  );
  assert.equal(parsed({ params: { command: 1 } }), 'command is not a text');
  assert.equal(parsed({ params: { command_b64: '!' } }), 'command_b64 is not a text');
  assert.equal(
    parsed({ params: { command_b64: 'AAAA'.repeat(349_527) } }),
    'command_b64 is longer than 1398104 characters',
  );
  assert.equal(parsed({ params: [] }), 'params is not an object');
  assert.equal(parsed({ agent: 1 }), 'agent has the wrong type');
  assert.equal(parsed({ enforce: 'true' }), 'enforce has the wrong type');
  assert.equal(parsed({ argv: ['a', 1] }), 'argv has the wrong type');
  assert.equal(parsed([]), 'the body is not a JSON object');
  assert.equal(parsed('ls'), 'the body is not a JSON object');
});

test('refuses names that are too long, and arguments that are nested too deep', () => {
  const long = 'x'.repeat(8_193);
  for (const name of ['agent', 'session', 'exe', 'door']) {
    assert.equal(parsed({ [name]: long }), `${name} is longer than 8192 characters`);
    assert.notEqual(typeof parsed({ [name]: long.slice(1) }), 'string');
  }
  assert.equal(parsed({ markers: ['M', long] }), 'a marker is longer than 8192 characters');
  assert.equal(parsed({ cwd: `/${long}` }), 'the working directory is longer than 8192 characters');
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  const deep = { params: { command: 'ls', deep: nested(100_000) } };
  assert.equal(fieldOf('command', deep), 'ls', 'of a command they are not read');
  const refused = parseExecRequest('custom', deep);
  assert.equal(refused.ok ? '' : refused.error, 'the arguments are nested deeper than 1000');
  assert.ok(parseExecRequest('custom', { params: { deep: nested(999) } }).ok);
});

test('reads the path of a file tool under each of its names', () => {
  for (const name of ['path', 'file_path', 'file', 'filepath', 'target']) {
    assert.equal(fieldOf('path', { params: { [name]: '/etc/shadow' } }, 'read'), '/etc/shadow');
  }
  assert.equal(fieldOf('path', { params: { target: '/etc/shadow' } }, 'custom'), null);
});

test('reads the address of a tool that fetches, and what any tool but exec is called with', () => {
  const given = (tool: string, body: unknown): unknown => {
    const request = parseExecRequest(tool, body);
    return request.ok ? [request.value.url, request.value.parameters] : request.error;
  };
  const uri = { uri: 'https://a.test' };
  assert.deepEqual(given('fetch', { params: uri }), ['https://a.test', uri]);
  assert.deepEqual(given('custom', { params: uri, url: 'https://b.test' }), ['https://b.test', uri]);
  assert.deepEqual(given('mcp', { params: { a: 1, b: 1 }, input: { b: 2 } }), [null, { a: 1, b: 2 }]);
  assert.deepEqual(given('exec', { params: { command: 'ls' } }), [undefined, undefined]);
  assert.equal(given('fetch', { url: 'a', params: { href: 'b' } }), 'the address is given twice and differs');
});

test('keeps a working directory only when it is absolute', () => {
  assert.equal(fieldOf('cwd', { workdir: '/w' }), '/w');
  assert.equal(fieldOf('cwd', { cwd: 'w' }), null);
});

test('writes bytes of base64 that are not UTF-8 as the library does', () => {
  const command = (bytes: Buffer): unknown =>
    fieldOf('command', { params: { command_b64: bytes.toString('base64') } });
  assert.equal(command(Buffer.from('rm é€😀')), 'rm é€😀');
  assert.equal(command(Buffer.from([0x61, 0xff, 0xe9, 0x62])), 'aÿéb');
  assert.equal(command(Buffer.from([0x61, 0xed, 0xa0, 0x80, 0xc0, 0x80])), 'a\u00ed\u00a0\u0080\u00c0\u0080');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      if (text.trim() !== '') assert.equal(command(Buffer.from(text)), Buffer.from(text).toString());
    }),
  );
});

test('keeps arguments as bytes when they say the same as the texts', () => {
  const bytes = (argv: readonly string[], encoded: unknown): unknown => {
    const request = parseExecRequest('exec', { argv, argv_b64: encoded });
    return request.ok ? request.value.argvBase64 : request.error;
  };
  assert.deepEqual(bytes(['rm', 'ÿ'], ['cm0=', '/w==']), ['cm0=', '/w==']);
  assert.deepEqual(bytes(['rm', 'ÿ'], ['cm0=', 'w78=']), ['cm0=', 'w78=']);
  for (const other of [['cm0='], ['cm0=', 'eA=='], ['cm0=', '!'], ['cm0=', 1], 'cm0=', null, undefined])
    assert.equal(bytes(['rm', 'ÿ'], other), undefined, JSON.stringify(other));
});

test('takes a tool name as the peer does', () => {
  for (const name of ['exec', ' exec ', 'mcp-destructive', 'My.Tool:v1', 'x'.repeat(128)]) {
    assert.ok(parseExecRequest(name, {}).ok, name);
  }
  for (const name of ['', 'a/b', 'Exec', 'WRITE', 'x'.repeat(129), 'é']) {
    assert.ok(!parseExecRequest(name, {}).ok, name);
  }
});

test('forgets an id that is none, ids of processes that are none, and markers beyond the bound', () => {
  assert.deepEqual(parsed({ id: 'X', pid: -1, ppid: 1.5, sid: '7', markers: Array(99).fill('M') }), {
    ...nothing,
    markers: Array(64).fill('M'),
  });
});

for (const file of readdirSync(join(wireFolder, 'questions')).filter((name) => name.endsWith('.txt'))) {
  const name = file.slice(0, -'.txt'.length);
  test(`reads the shared example ${name}`, () => {
    const [example] = readWireExamples(join('questions', file));
    assert.ok(example);
    const body: unknown = JSON.parse(readFileSync(join(wireFolder, 'questions', `${name}.body`), 'utf8'));
    const request = parseExecRequest('exec', body);
    assert.ok(request.ok, request.ok ? '' : request.error);
    const { value } = request;
    assert.deepEqual(
      [value.id, value.agent, value.door, value.enforce, value.guardable, value.pid, value.markers],
      [
        only(example, 'id'),
        readableText(only(example, 'agent')),
        only(example, 'door'),
        only(example, 'enforce') === '1',
        only(example, 'guardable') === '1',
        Number(only(example, 'pid')),
        example.get('marker') ?? [],
      ],
    );
    const [cwd] = example.get('cwd') ?? [];
    assert.equal(value.cwd, cwd === undefined ? null : readableText(cwd));
    assert.equal(value.exe, readableText(only(example, 'exe')));
  });
}
