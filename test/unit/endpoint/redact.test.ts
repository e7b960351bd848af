import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactArguments, redactBeginning, redactText } from '../../../src/endpoint/redact.ts';

const secret = 's3cr3tValue0123456789';

/** Where the secret stands, and nothing of it may be left. */
const withSecret: readonly string[] = [
  `curl -H "Authorization: Bearer ${secret}" https://api.test`,
  `curl -H 'authorization: token ${secret}' https://api.test`,
  `curl -H 'X-Api-Key: ${secret}' https://api.test`,
  `curl https://user:${secret}@host.test/path`,
  `mysql --password ${secret} -u root`,
  `mysql --password='${secret} and more'`,
  `tool --api-key=${secret}`,
  `tool -token "${secret}"`,
  `deploy --client-secret ${secret}`,
  `export GITHUB_TOKEN=${secret}`,
  `DB_PASSWORD='${secret}' ./run`,
  `curl 'https://x.test/?a=1&access_token=${secret}'`,
  `git clone https://ghp_${secret}${secret}@github.test/x`,
  `echo ghp_${secret}${secret}`,
  `echo github_pat_${secret}`,
  `echo sk-ant-${secret}`,
  `echo AKIAIOSFODNN7EXAMPLE`,
  `echo xoxb-${secret}`,
  `echo eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcDEF_123`,
  `printf -- '-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----'`,
];

test('replaces a secret of every known shape and says so', () => {
  for (const text of withSecret) {
    const redacted = redactText(text);
    assert.match(redacted, /\[redacted\]/, text);
    assert.doesNotMatch(redacted, /s3cr3t|AKIAIOSF|eyJ/, text);
  }
});

test('leaves everything else of the text as it is', () => {
  assert.equal(redactText(`mysql --password ${secret} -u root`), 'mysql --password [redacted] -u root');
  assert.equal(
    redactText(`curl -H "Authorization: Bearer ${secret}" https://api.test`),
    'curl -H "Authorization: Bearer [redacted]" https://api.test',
  );
  assert.equal(
    redactText(`curl https://user:${secret}@host.test/p`),
    'curl https://user:[redacted]@host.test/p',
  );
});

test('leaves ordinary commands alone', () => {
  for (const text of [
    'rm -rf build',
    'mkdir -p foo',
    'git commit -m "add the token parser"',
    'grep -rn password src',
    'npm run test:keys -- --only auth',
    'ssh-keygen -t ed25519',
    'curl https://host.test:8080/path',
    'cat /etc/passwd',
    'sk-learn --help',
  ]) {
    assert.equal(redactText(text), text);
  }
});

test('replaces the argument behind the option of a secret', () => {
  const redacted = (...argv: readonly string[]): readonly string[] => redactArguments(argv, 1_000).kept;
  assert.deepEqual(redacted('mysql', '--password', secret, '-u', 'root'), [
    'mysql',
    '--password',
    '[redacted]',
    '-u',
    'root',
  ]);
  assert.deepEqual(redacted('x', `--token=${secret}`, '--password', '--verbose'), [
    'x',
    '--token=[redacted]',
    '--password',
    '--verbose',
  ]);
  assert.deepEqual(redacted('sh', '-c', `curl -H 'Authorization: Bearer ${secret}' x`), [
    'sh',
    '-c',
    "curl -H 'Authorization: Bearer [redacted]' x",
  ]);
});

test('keeps the beginning of what is long, and no part of a secret at its end', () => {
  assert.deepEqual(redactBeginning('make all', 8), { kept: 'make all', isCut: false });
  assert.deepEqual(redactBeginning('make all', 4), { kept: 'make', isCut: true });
  const token = `npm_${secret.repeat(20)}`;
  // However much of it is looked at, the last secret is cut somewhere.
  for (let filler = 15_900; filler < 16_700; filler += 1) {
    const { kept, isCut } = redactBeginning(
      `echo ${'x '.repeat(filler / 2)}${token} ${'y'.repeat(9_000)}`,
      1_000,
    );
    assert.ok(isCut && kept.length <= 1_000 && !kept.includes('s3cr3t'));
  }
  const short = redactBeginning(`${`--password ${'p'.repeat(500)} `.repeat(40)}${token}`, 1_000);
  assert.ok(short.isCut && !/s3cr3t|ppp/.test(short.kept), short.kept);
  assert.deepEqual(redactArguments(['a', 'bb', 'ccc'], 5), { kept: ['a', 'bb'], isCut: true });
  assert.deepEqual(redactArguments(['a', 'bbbb'], 5), { kept: ['a', 'bbb'], isCut: true });
});

test('knows a secret wherever it stands in a word', () => {
  assert.equal(redactText(`x-y--api-token=${secret}`), 'x-y--api-token=[redacted]');
  assert.equal(redactText(`a-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcDEF_123`), 'a-[redacted]');
  assert.equal(redactText(`x:postgres://u:${secret}@h`), 'x:postgres://u:[redacted]@h');
});

test('takes any text in a time that grows with its length only', () => {
  // Tried from every letter of it, one of these takes minutes. It is CPU time, so that a busy machine makes no difference.
  for (const piece of [
    '--password=',
    'a://',
    'token',
    'a',
    '-',
    'eyJ-',
    'eyJaaaaaaaa.',
    '://a:',
    'PASSWORD',
    '-token ',
  ]) {
    const before = process.cpuUsage();
    redactText(`key ${piece.repeat(262_144 / piece.length)}`);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 5_000_000, piece);
  }
});
