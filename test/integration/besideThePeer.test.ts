import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { installationPlace, installRuntime } from '../../src/client/installation.ts';
import { currentNodeProgram } from '../../src/client/nodeProgram.ts';
import { peerToken, ReferencePeer } from '../support/referencePeer.ts';
import { Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

const own = 'version: "1"\ndefault_action: allow\npolicies: []\n';

function policyOf(name: string, rule: string): string {
  return `version: "1"\npolicies:\n  - name: ${name}\n    rules:\n      - ${rule}\n`;
}

/** What a `rampart serve` keeps below `.rampart`, by its path there. */
function peerFiles(url: string): Readonly<Record<string, string>> {
  return {
    token: `${peerToken}\n`,
    'tokens.json': '{"tokens":[]}',
    'signing.key': 'k'.repeat(32),
    'config.yaml': `url: ${url}\n`,
    'serve.state': JSON.stringify({ url, port: 9090, pid: 1, started: '2026-01-01T00:00:00Z' }),
    'serve.pid': '1\n',
    'serve.log': 'listening\n',
    'ACTIVE_POLICY.md': '# Rules\n',
    'policies/standard.yaml': own,
    'policies/custom.yaml': policyOf(
      'custom-deny-commands',
      'action: deny\n        when: {command_matches: ["dd *"]}',
    ),
    'policies/user-overrides.yaml': policyOf(
      'user-allow-0002b61d',
      'action: allow\n        when: {command_matches: ["touch overridden"]}',
    ),
    'policies/auto-allowed.yaml': `version: "1"\ndefault_action: deny\npolicies: []\n`,
    'policies/generated.yaml': own,
    'policies/org-sync.yaml': own,
    'policies/custom.yaml.rampart.lock': '',
    'audit/2026-01-01.jsonl': '{"schema_version":"rampart.audit.v1"}\n',
    'audit/2026-01-01.p1.jsonl': '{"chain_continue":"sha256:00","prev_file":"2026-01-01.jsonl"}\n',
    'audit/audit-hook-2026-01-01.jsonl': '{}\n',
    'audit/audit-anchor.json': '{}',
    'audit/.audit-chain-state.json': '{"version":1}',
    'audit/.audit-chain-state.json.rampart.lock': '',
    'pending-approvals.jsonl': '',
    'pending-approvals.jsonl.approved-once/a.json': '{}',
    'pending-approvals.jsonl.approved-once/a.ready': '',
    'pending-approvals.jsonl.approved-once/a.consumed': '',
    'hook-call-counts.json': '{}',
    'session-state/s.json': '{}',
    'verification/receipt.json': '{}',
    'lib/librampart.so': 'the library of the peer',
    'bin/rampart-shim': '#!/bin/sh\n',
    'tls/cert.pem': 'certificate',
    'tls/key.pem': 'key',
  };
}

/** Everything that could be seen to be changed, of files and of the folders that are the peer's alone. */
function look(folder: string, names: readonly string[]): readonly unknown[] {
  return names.map((name) => {
    const file = join(folder, name);
    const { mode, mtimeMs, ino, size } = lstatSync(file);
    return [name, mode, mtimeMs, ino, size, createHash('sha256').update(readFileSync(file)).digest('hex')];
  });
}

/** Fails where somebody else has the kernel's lock on a file or folder. */
function checkUnlocked(path: string): void {
  execFileSync('flock', ['-n', '-x', path, 'true']);
}

test('leaves every file of a `rampart serve` as it was, through a whole session and an uninstallation', async (context) => {
  const rules = [{ text: 'touch peers', action: 'deny', message: 'the peer says no' }] as const;
  const peer = await ReferencePeer.start(context, { rules });
  const rampart = new Rampart(context);
  const folder = join(rampart.home, '.rampart');
  const files = peerFiles(peer.url);
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
    utimesSync(file, 1_767_225_600, 1_767_225_600);
  }
  const names = Object.keys(files);
  const before = look(folder, names);
  const installed = installRuntime(
    { bundleFolder: resolve('dist'), program: currentNodeProgram() },
    installationPlace(rampart.home),
  );
  assert.ok(installed.ok, JSON.stringify(installed));

  await rampart.serve('--upstream', 'auto', '--port', '0');
  const done = async (...words: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await rampart.run(words);
    assert.equal(status, 0, `${words.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  await until('the stream of the peer is read', () => peer.streamsOpened > 0);
  const script = rampart.write('touch.sh', 'touch fine\ntouch peers\ntouch forbidden\n:\n');
  const touched = await rampart.guard(['sh', script]);
  assert.match(touched.stderr, /denied `touch peers`.*the peer says no/);
  assert.match(touched.stderr, /denied `touch forbidden`/);
  assert.equal((await rampart.guard(['touch', 'asked'])).status, 126);
  const [waiting = ''] = (await done('approvals', '--json')).split('\n');
  await done('approvals', 'approve', '--always', (JSON.parse(waiting) as { id: string }).id);
  await done('allow', 'touch allowed');
  await done('allow', '--once', 'touch once');
  await done('block', '--for', '1h', 'touch blocked');
  await rampart.guard(['touch', 'once']);
  await done('rules', 'remove', '1');
  await done('policy', 'packs', 'disable', 'default-machine');
  await done('mode', 'monitor', '--for', '1m');
  await done('mode', 'enforce');
  await done('token', 'create', '--agent', 'claude');
  await done('log', '--verify');
  await rampart.run(['doctor']);
  for (const path of [
    rampart.home,
    ...names.filter((name) => name.endsWith('.lock')).map((name) => join(folder, name)),
  ])
    checkUnlocked(path);
  assert.ok(readdirSync(join(folder, 'policies')).includes('by-hand.yaml'));
  assert.deepEqual(look(folder, names), before, 'after the session');

  await done('stop');
  await done('uninstall', '--yes');
  assert.deepEqual(look(folder, names), before, 'after the uninstallation');
  await done('uninstall', '--all', '--yes');
  assert.deepEqual(look(folder, names), before, 'after everything was uninstalled');
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    lstatSync(join(folder, name)).isFile(),
  );
  assert.deepEqual(left.sort(), names.toSorted(), 'nothing of ours is left');
});
