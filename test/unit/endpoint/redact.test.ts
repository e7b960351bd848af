import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactArguments, redactText } from '../../../src/endpoint/redact.ts';

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
  assert.deepEqual(redactArguments(['mysql', '--password', secret, '-u', 'root']), [
    'mysql',
    '--password',
    '[redacted]',
    '-u',
    'root',
  ]);
  assert.deepEqual(redactArguments(['x', `--token=${secret}`, '--password', '--verbose']), [
    'x',
    '--token=[redacted]',
    '--password',
    '--verbose',
  ]);
  assert.deepEqual(redactArguments(['sh', '-c', `curl -H 'Authorization: Bearer ${secret}' x`]), [
    'sh',
    '-c',
    "curl -H 'Authorization: Bearer [redacted]' x",
  ]);
});

test('takes any text in a time that grows with its length only', () => {
  const hostile = `${'--password='.repeat(5_000)}${'a://'.repeat(5_000)}${'token'.repeat(5_000)}`;
  const started = performance.now();
  redactText(hostile);
  assert.ok(performance.now() - started < 1_000);
});
