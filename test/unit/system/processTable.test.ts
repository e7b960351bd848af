import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createProcTable, createProcessTable } from '../../../src/system/processTable.ts';

const root = mkdtempSync(join(tmpdir(), 'rampart-proc-'));
after(() => rmSync(root, { recursive: true }));

function createEntry(pid: number, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(root, String(pid), 'task', String(pid)), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, String(pid), name), text);
}

const statTail = '2 500 500 34816 900 4194304 1 2 3 4 5 6 7 8 20 0 1 0 123456 1 1';

createEntry(500, {
  stat: `500 (a) evil (name) S ${statTail}\n`,
  status: 'Name:\tevil\nUid:\t1000\t1001\t1002\t1003\n',
  environ: 'A=1\0B=x=y\0\0C=\0',
  cmdline: 'bash\0-l\0',
  maps: '7f00-7f01 r-xp 00000000 fe:00 1 /lib/libc.so.6\n',
  'task/500/children': '501 ',
});
mkdirSync(join(root, '500/task/503'));
writeFileSync(join(root, '500/task/503/children'), '502 ');
createEntry(501, { stat: `501 (gone) Z ${statTail}\n`, cmdline: '' });
createEntry(502, { stat: '502 (cut) S 2 5' });

const table = createProcTable(root);

test('reads a process whose name holds spaces and parentheses', () => {
  assert.deepEqual(table.stat(500), {
    pid: 500,
    ppid: 2,
    session: 500,
    terminal: 34816,
    foreground: 900,
    started: 123456,
    alive: true,
  });
  assert.equal(table.user(500), 1001);
  assert.deepEqual(table.environment(500), ['A=1', 'B=x=y', '', 'C=']);
  assert.deepEqual(table.commandLine(500), ['bash', '-l']);
  assert.match(table.maps(500) ?? '', /libc/);
  assert.deepEqual(table.children(500), [501, 502], 'a thread started one of them');
  assert.deepEqual([...(table.all() ?? [])].sort(), [500, 501, 502]);
});

test('answers null for what is gone, cut or not given', () => {
  assert.equal(table.stat(1), null);
  assert.equal(table.stat(502), null);
  assert.equal(table.user(501), null);
  assert.equal(table.environment(501), null);
  assert.equal(table.children(501), null);
  assert.deepEqual(table.commandLine(501), []);
  const bare = createProcessTable('darwin');
  assert.equal(bare.stat(process.pid), null);
  assert.equal(bare.isRunning(process.pid, 77), true);
});

test('tells which terminals a process has open', () => {
  mkdirSync(join(root, '500/fd'));
  const open = ['/dev/null', '/dev/ptmx', '/dev/pts/0', '/dev/pts/300', '/dev/pts/0', '/dev/tty1'];
  for (const [fd, path] of open.entries()) symlinkSync(path, join(root, '500/fd', String(fd)));
  assert.deepEqual(table.openTerminals(500), [0x8800, 0x0010_882c]);
  assert.equal(table.openTerminals(501), null);
});

test('tells a process from a zombie and from a later one with its pid', () => {
  assert.equal(table.isRunning(500, 123456), true);
  assert.equal(table.isRunning(500, 0), true);
  assert.equal(table.isRunning(500, 123457), false);
  assert.equal(table.isRunning(501, 0), false);
  assert.equal(table.isRunning(1, 0), false);
});

test('reads a real process', async () => {
  const child = spawn('sleep', ['60'], { env: { MARK: 'of the test' } });
  await once(child, 'spawn');
  const real = createProcessTable();
  const pid = child.pid ?? 0;
  assert.equal(real.stat(pid)?.ppid, process.pid);
  assert.equal(real.user(pid), process.geteuid?.());
  assert.deepEqual(real.environment(pid), ['MARK=of the test']);
  assert.deepEqual(real.commandLine(pid), ['sleep', '60']);
  assert.match(real.executable(pid) ?? '', /sleep|coreutils|busybox/);
  assert.equal(real.namespace(pid), real.namespace(process.pid));
  assert.match(real.namespace(pid) ?? '', /^pid:\[\d+\]$/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(real.isRunning(pid, 0), false);
  assert.equal(createProcessTable('darwin').isRunning(pid, 0), false);
});
