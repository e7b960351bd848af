// Beside libraries that stand in front of libc, first or last: `stacked.mjs LIBRARY`. What they do, they do as before,
// and so does this one: whether an endpoint allows everything, refuses something, or nobody is there.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library] = process.argv.slice(2);
const libraries = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const directory = mkdtempSync(join(tmpdir(), 'rampart-stacked-'));
const file = join(directory, 'file');
const notThere = 'a file that is forbidden';

/**
 * `script` is run by a shell; what it says shows that the library is there and at work. Its last command is the one
 * that may be refused; what that says by itself is `failing`. `starts` are the commands that it starts, in their order.
 */
const cases = [
  {
    name: 'libfaketime',
    list: (other) => ({
      LD_PRELOAD: other(join(libraries, 'faketime/libfaketime.so.1')),
      FAKETIME: '@2001-02-03 04:05:06',
    }),
    script: `date +%Y; sh -c "date +%m"; date -r '${notThere}' 2>/dev/null; echo $?`,
    says: ['2001', '02'],
    starts: ['date +%Y', "sh -c 'date +%m'", 'date +%m', `date -r '${notThere}'`],
  },
  {
    name: 'jemalloc',
    list: (other) => ({
      LD_PRELOAD: other(join(libraries, 'libjemalloc.so.2')),
      MALLOC_CONF: 'abort_conf:true',
    }),
    script: `sort -R /dev/null; sh -c 'perl -e "print 6 * 7, chr 10"'; cat '${notThere}' 2>/dev/null; echo $?`,
    says: ['42'],
    starts: [
      'sort -R /dev/null',
      `sh -c 'perl -e "print 6 * 7, chr 10"'`,
      "perl -e 'print 6 * 7, chr 10'",
      `cat '${notThere}'`,
    ],
  },
  {
    name: 'fakeroot',
    command: ['fakeroot'],
    list: (other) => ({ LD_PRELOAD: other('$LD_PRELOAD') }),
    script: `touch ${file}; chown 12:34 ${file}; sh -c "stat -c %u:%g ${file}"; chown 5:6 '${notThere}' 2>/dev/null; echo $?`,
    says: ['12:34'],
    starts: [
      `touch ${file}`,
      `chown 12:34 ${file}`,
      `sh -c 'stat -c %u:%g ${file}'`,
      `stat -c %u:%g ${file}`,
      `chown 5:6 '${notThere}'`,
    ],
  },
];

const orders = {
  alone: (other) => other,
  'behind ours': (other) => `${library}:${other}`,
  'in front of ours': (other) => `${other}:${library}`,
};

/** What a script says and ends with; the settings are given to its own shell, so that no other program has them. */
function run({ command = [], list, script }, order, settings) {
  const assignments = Object.entries({ ...list(order), ...settings });
  const words = assignments.map(([name, value]) => `${name}="${value}"`).join(' ');
  const [program, ...rest] = [...command, '/bin/sh', '-c', `${words} exec /bin/sh -c "$0"`, script];
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text) => (texts[index] += text));
  return new Promise((done) => {
    child.once('close', (status, signal) => done([status ?? signal, texts[0].trim().split('\n'), texts[1]]));
  });
}

const allow = http('{"allowed":true}');
const deny = http('{"allowed":false,"message":"no"}');
const socket = join(directory, 'endpoint.sock');
const url = (path) => ({ RAMPART_URL: `unix://${path}` });
const allowing = await createEndpoint(socket, allow);
const refusing = await createEndpoint(join(directory, 'refusing.sock'), ({ params }) =>
  params.command.includes('forbidden') && !params.command.includes('sh -c') ? deny : allow,
);

for (const one of cases) {
  const { name, says, starts } = one;
  const alone = await run(one, orders.alone, {});
  expect(`${name} by itself`, alone, [0, [...says, '1'], '']);
  for (const [place, order] of Object.entries(orders).slice(1)) {
    const where = `${name} ${place}`;
    const before = allowing.questions.length;
    expect(`${where}, allowed`, await run(one, order, url(socket)), alone);
    const asked = allowing.questions.slice(before).map(({ params }) => params.command);
    expect(`${where}: what was asked about`, asked, starts);
    const refused = await run(one, order, url(join(directory, 'refusing.sock')));
    expect(`${where}, refused`, refused, [0, [...says, '126'], '']);
    expect(`${where}, nobody there`, await run(one, order, url(join(directory, 'nobody.sock'))), alone);
    const closed = { ...url(join(directory, 'nobody.sock')), RAMPART_FAIL_OPEN: '0', RAMPART_QUIET: '1' };
    const [status, said] = await run(one, order, closed);
    expect(`${where}, nobody there and failing is closed`, [status, said], [0, ['126']]);
  }
}

allowing.close();
refusing.close();
rmSync(directory, { recursive: true, force: true });
tellTotals();
