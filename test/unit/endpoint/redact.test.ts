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
  `curl https://x.test/?token=${secret}`,
  `curl 'https://x.test/?api_key=${secret}&a=1'`,
  `open 'https://x.test/#access_token=${secret}'`,
  `x=$(PGPASSWORD=${secret} psql)`,
  `mount -o user=me,password=${secret} //x/y /mnt`,
  `curl -d '{"password":"${secret}","api_key" : "${secret}"}' https://x.test`,
  `curl -d '{"password":"a\\"${secret}"}' https://x.test`,
  `curl -d "{\\"client_secret\\": \\"${secret}\\"}" https://x.test`,
  `curl -d "{\\"token\\": \\"a\\\\\\"${secret}\\"}" https://x.test`,
  `python3 -c "post(x, {'password': '${secret}'})"`,
  `tool '{"headers":{"Authorization":"Bearer ${secret}"}}'`,
  `curl -u user:${secret} https://x.test`,
  `curl -s \\\n  -su 'user:${secret} ;&' https://x.test`,
  `curl -d '{"a":1}' 'https://x.test/?a=1&b=2' --user "user:${secret}"`,
  `curl -d 'it'\\''s' -d $'a' -H"A: b" -u user:${secret} https://x.test`,
  `/usr/bin/curl -U user:${secret} https://x.test`,
  `bash -c "cd /w; curl --proxy-user user:${secret} https://x.test"`,
  `sshpass -p ${secret} ssh -p 22 host.test`,
  `sshpass -p${secret} ssh host.test`,
  `sshpass -v -P assword: -p '${secret} and more' scp a host.test:`,
  `mysql -uroot -p${secret} db`,
  `mysqldump -u root -p'${secret} and more' db > dump.sql`,
  `sudo mariadb-dump -p"${secret}" db`,
  `sshpass -e ssh host.test "mysql -p${secret} db"`,
  `git clone https://ghp_${secret}${secret}@github.test/x`,
  `echo ghp_${secret}${secret}`,
  `echo github_pat_${secret}`,
  `echo sk-ant-${secret}`,
  `echo AKIAIOSFODNN7EXAMPLE`,
  `echo xoxb-${secret}`,
  `echo eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcDEF_123`,
  `curl --oauth2-bearer ${secret} https://api.test`,
  `curl -H 'Authorization: Basic ${secret}==' https://api.test`,
  `curl -H 'Authorization: Strange ${secret}' https://api.test`,
  `curl -H "Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=${secret}" x`,
  `curl -H Authorization:\\ Bearer\\ ${secret} https://api.test`,
  `curl -HX-Vault-Token:${secret} https://api.test`,
  `curl -H 'apikey: ${secret}' https://api.test`,
  `grpcurl -rpc-header "x: Bearer ${secret}" h:443 list`,
  `curl -E ./cert.pem:${secret} --pass ${secret} https://api.test`,
  `curl -b 'sid=${secret}; theme=dark' https://api.test`,
  `echo 'password: ${secret} and more' >> settings.yaml`,
  `echo password: ${secret} >> settings.yaml`,
  `echo "db: {user: me, password: ${secret}}" > settings.yaml`,
  `cat > x.yaml <<EOF\ndb:\n  user: me\n  - password: "${secret} and more"\nEOF`,
  `printf 'user: me\\npassword: ${secret}\\n' > x.yaml`,
  `echo "api_key = '${secret}'" >> .toml`,
  `echo 'password = ${secret}' >> ~/.my.cnf`,
  `ruby -e 'login(:password => "${secret}")'`,
  `bash -c 'PASSWORD='\\''${secret} and ${secret}'\\'' ./run'`,
  `bash -c "PASSWORD=\\"a ${secret}\\" ./run"`,
  `env 'PASSWORD=a;b&${secret}' ./run`,
  `PASSWORD=a\\ ${secret} ./run`,
  `java -Djavax.net.ssl.keyStorePassword=${secret} -jar x.jar`,
  `keytool -list -storepass ${secret}`,
  `helm install x --set auth.password=${secret}`,
  `MYSQL_PWD=${secret} mysql`,
  `SSHPASS=${secret} sshpass -e ssh h`,
  `DB_PASS=${secret} SECRET_KEY_BASE=${secret} REDISCLI_AUTH=${secret} ./run`,
  `az storage x --connection-string 'AccountName=a;AccountKey=${secret}==;E=f'`,
  `aws configure set aws_secret_access_key ${secret}`,
  `git config --global github.token ${secret}`,
  `npm config set //registry.test/:_authToken ${secret}`,
  `echo ${secret} | sudo -S apt-get update`,
  `echo 'a ${secret}' | sudo -kS -p '' id`,
  `echo root:${secret} | sudo chpasswd`,
  `echo ${secret} | docker login -u me --password-stdin`,
  `sudo -S id <<< ${secret}`,
  `docker login -u me -p ${secret} registry.test`,
  `helm registry login -p '${secret}' h`,
  `redis-cli -a ${secret} ping`,
  `mongosh -u me -p ${secret} db`,
  `sqlcmd -S h -U sa -P '${secret} and more'`,
  `ldapsearch -x -w ${secret} -b dc=x`,
  `smbclient -U user%${secret} //h/x`,
  `lftp -u user,${secret} h`,
  `http -a user:${secret} https://api.test`,
  `zip -r -P ${secret} x.zip x`,
  `7z a -p${secret} x.7z x`,
  `ssh-keygen -t ed25519 -N ${secret} -f k`,
  `openssl rsa -passin pass:${secret} -in k`,
  `openssl enc -aes-256-cbc -k ${secret} -in x`,
  `nmcli dev wifi connect home password ${secret}`,
  `sqlplus scott/${secret}@db`,
  `kubectl create secret generic x --from-literal=anything=${secret}`,
  `gh secret set NAME -b ${secret}`,
  `curl https://user:a@${secret}@host.test/path`,
  `git clone https://${secret}${secret}@host.test/x`,
  `curl 'https://x.test/b?sv=1&sig=${secret}'`,
  `curl -d x https://hooks.slack.com/services/T0/B0/${secret}`,
  `echo sk_live_${secret}`,
  `echo glpat-${secret}`,
  `echo hvs.${secret}`,
  `mysql -u root '-p${secret} x' db`,
  `env 'PGPASSWORD=a ${secret}' psql`,
  `sh -c 'env '\\''PGPASSWORD=a ${secret}'\\'' psql'`,
  `sh -c 'echo "password: '\\''${secret} x'\\''" > x'`,
  `sh -c 'openssl req -passout '\\''pass:${secret}'\\'''`,
  `gh auth login --with-token <<< ${secret}`,
  `wrangler secret put X <<< ${secret}`,
  `fly secrets set A=${secret}`,
  `aws ssm put-parameter --type SecureString --value ${secret}`,
  `python3 -c "import os; os.environ['API_TOKEN'] = '${secret}'"`,
  `sh -c 'python3 -c "os.environ['\\''API_TOKEN'\\''] = '\\''${secret}'\\''"'`,
  `sed -i "s|token: .*|token: ${secret}|" x`,
  `sed -i 's/^DB_PASSWORD=.*$/DB_PASSWORD="${secret}"/' .env`,
  `echo "machine h login me password ${secret}" > ~/.netrc`,
  `printf "machine h\\nlogin me\\npassword ${secret}\\n"`,
  `jq --arg password ${secret} '.p = $password' x`,
  `psql -c "ALTER USER a WITH PASSWORD '${secret}'"`,
  `mysql -e "CREATE USER a IDENTIFIED WITH x BY '${secret}'"`,
  `mysql -e "SET PASSWORD FOR a = PASSWORD('${secret}')"`,
  `echo 'postgres://u:${secret}@h/db' | psql`,
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
  assert.equal(
    redactText(
      `curl -d '{"password":"${secret}","api_key":"${secret}","a":1}' https://h/?token=${secret}&b=1`,
    ),
    `curl -d '{"password":[redacted],"api_key":[redacted],"a":1}' https://h/?token=[redacted]&b=1`,
  );
  assert.equal(redactText(`sh -c "curl -u u:${secret}" x`), 'sh -c "curl -u u:[redacted]" x');
  assert.equal(redactText(`curl -u "u:${secret}" x`), 'curl -u "u:[redacted]" x');
  assert.equal(redactText(`mysql -p${secret} -P 3306 db; ls -p x`), 'mysql -p[redacted] -P 3306 db; ls -p x');
  assert.equal(redactText(`sshpass -p ${secret} ssh -p 22 h`), 'sshpass -p [redacted] ssh -p 22 h');
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
    'mkdir -p dir',
    'ps -p 12',
    'cp -pr a b',
    'ssh -p 22 host.test',
    'sshpass -e ssh -p 22 host.test',
    'sshpass -f password.txt ssh -p22 host.test',
    'docker run -p 80:80 -u 1000:1000 curlimages/curl https://host.test',
    'docker run --name mysql -p3306:3306 -p127.0.0.1:33060:33060/tcp mysql',
    'mysql -p db',
    'mysql -u root -P 3306 -p',
    'curl -u user https://host.test',
    'curl -X PUT -o out https://host.test:8080/?a=1',
    'curl https://host.test | docker run -i -u 1000:1000 image',
    'bash -c "curl https://host.test"; docker run -u 1000:1000 "image"',
    'git checkout secret -b branch',
    'docker run --name login -p 80 -p 8080:80 x',
    'ffmpeg -i a -pass 1 -f null b',
    'singularity exec --pwd /srv x',
    'PWD=/srv OLDPWD=/tmp make bypass=1',
    'npm config set registry http://localhost:4873/@scope/pkg',
    'grep -rn "password:" src',
    "grep -rn password 'a b'",
    'cat x | tool --use-token | less',
    'login me',
    'aws s3 cp --value x y',
    'docker run -v secret:/run/secret x',
    'echo hello | sudo tee /etc/motd',
    'echo done | grep -S x',
    'unzip -p x.zip y',
    'git config --get user.token',
    'ssh git@host.test',
    'pip install git+ssh://git@host.test/x',
    'zip -r x.zip x',
    'gh secret list',
    'http GET https://host.test a:=1',
    'sqlplus /nolog',
    'cat src/glob-to-regexp-and-more.ts',
    `curl -d '{"max_tokens": 5, "tokens":"a"}' https://host.test`,
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
  assert.deepEqual(redacted('env', 'A=b', `PASSWORD=a ${secret}`, 'x'), [
    'env',
    'A=b',
    'PASSWORD=[redacted]',
    'x',
  ]);
  assert.deepEqual(redacted('curl', '-H', `Authorization: Strange ${secret}`, '-H', 'Accept: x'), [
    'curl',
    '-H',
    'Authorization: [redacted]',
    '-H',
    'Accept: x',
  ]);
});

test('replaces in arguments what it replaces in a text', () => {
  for (const [text, expected] of [
    [`curl -u user:${secret} https://h.test`, 'curl -u user:[redacted] https://h.test'],
    [`/usr/bin/curl -suuser:${secret} https://h.test`, '/usr/bin/curl -suuser:[redacted] https://h.test'],
    [`curl --user user:${secret} x`, 'curl --user user:[redacted] x'],
    [`curl https://h.test/?token=${secret}`, 'curl https://h.test/?token=[redacted]'],
    [`curl -d {"password":"${secret}"} x`, 'curl -d {"password":[redacted]} x'],
    [`sudo sshpass -p ${secret} ssh -p 22 h`, 'sudo sshpass -p [redacted] ssh -p 22 h'],
    [`sshpass -p${secret} ssh -p 22 h`, 'sshpass -p[redacted] ssh -p 22 h'],
    [`mysql -p${secret} db`, 'mysql -p[redacted] db'],
    ['mysql -p db', 'mysql -p db'],
    [`curl --oauth2-bearer ${secret} x`, 'curl --oauth2-bearer [redacted] x'],
    [`docker login -u me -p ${secret} h`, 'docker login -u me -p [redacted] h'],
    [`git config x.token ${secret}`, 'git config x.token [redacted]'],
    [`echo password: ${secret}`, 'echo password: [redacted]'],
    [`redis-cli -a ${secret} ping`, 'redis-cli -a [redacted] ping'],
    [
      `kubectl create secret generic x --from-literal=a=${secret}`,
      'kubectl create secret generic x --from-literal=a=[redacted]',
    ],
    [`openssl req -passout pass:${secret}`, 'openssl req -passout pass:[redacted]'],
    [`jq --arg password ${secret} .`, 'jq --arg password [redacted] .'],
    [`aws ssm put-parameter --value ${secret}`, 'aws ssm put-parameter --value [redacted]'],
    ['git checkout secret -b branch', 'git checkout secret -b branch'],
    ['grep password: src', 'grep password: src'],
    ['sshpass -e ssh -p 22 h', 'sshpass -e ssh -p 22 h'],
    ['docker run -p 80:80 -u 1000:1000 x', 'docker run -p 80:80 -u 1000:1000 x'],
  ] as const) {
    assert.equal(redactText(text), expected);
    assert.deepEqual(redactArguments(text.split(' '), 1_000).kept, expected.split(' '));
  }
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
    '?token',
    '"token":"',
    '"token\\":\\"\\\\',
    '"token" ',
    'curl ',
    "curl '",
    'curl -u"',
    'curl -u\\"\'',
    'mysql -p1:',
    'sshpass -f ',
    `curl "curl '`,
    'echo ',
    'echo a|',
    'sudo ',
    'sudo -S<',
    'set ',
    'set a.',
    'config -a ',
    'token = ',
    'token=\\"',
    `token='\\''`,
    'token="\\',
    '{token : ',
    '\\ntoken:',
    'a:b@',
    'https://1',
    '?sig=',
    'authorization: basic ',
    'bearer 1',
    'docker login secret ',
    'SG.a',
    'user ',
    'login a ',
    'env ',
    'env A=1 ',
    'secret set ',
    'identified by ',
    "'token'] = ",
    "'token','",
  ]) {
    const before = process.cpuUsage();
    redactText(`key ${piece.repeat(262_144 / piece.length)}`);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 5_000_000, piece);
  }
});
