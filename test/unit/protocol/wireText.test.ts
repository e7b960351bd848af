import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatCommandText } from '../../../src/protocol/commandText.ts';
import { formatPreflightBody } from '../../../src/protocol/preflightBody.ts';
import type { PreflightQuestion } from '../../../src/protocol/preflightBody.ts';
import { formatRefusalLine } from '../../../src/protocol/refusalLine.ts';
import { only, readWireExamples, wireFolder } from '../../support/wireExamples.ts';
import type { WireExample } from '../../support/wireExamples.ts';

function questionOf(example: WireExample): PreflightQuestion {
  const [text] = example.get('text') ?? [];
  const given = example.get('arg') ?? [];
  return {
    agent: only(example, 'agent'),
    session: only(example, 'session'),
    enforce: only(example, 'enforce') === '1',
    id: only(example, 'id'),
    path: text ?? only(example, 'path'),
    argv: text === undefined ? given : ['sh', '-c', text],
    exe: only(example, 'exe'),
    cwd: example.get('cwd')?.[0] ?? null,
    pid: Number(only(example, 'pid')),
    ppid: Number(only(example, 'ppid')),
    sid: Number(only(example, 'sid')),
    door: only(example, 'door'),
    markers: example.get('marker') ?? [],
    guardable: only(example, 'guardable') === '1',
  };
}

test('asks in the bytes of the library', () => {
  const folder = join(wireFolder, 'questions');
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  assert.ok(names.length > 10);
  for (const name of names) {
    const [example] = readWireExamples(join('questions', name));
    assert.ok(example !== undefined);
    const body = readFileSync(join(folder, name.replace('.txt', '.body')), 'latin1');
    assert.equal(formatPreflightBody(questionOf(example)), body, name);
  }
});

test('writes command texts as the library does', () => {
  for (const example of readWireExamples('commandTexts.txt')) {
    const call = { door: 'execve', path: only(example, 'path'), argv: example.get('arg') ?? [] };
    assert.equal(formatCommandText(call), only(example, 'command'));
  }
});

test('refuses in the bytes of the library', () => {
  for (const example of readWireExamples('refusals.txt')) {
    assert.equal(formatRefusalLine(only(example, 'command'), only(example, 'notice')), only(example, 'line'));
  }
});
