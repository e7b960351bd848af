import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cli, Rampart } from '../support/rampart.ts';

/**
 * Types into an interactive shell on a terminal of its own and waits for what it says. A step is a text to type, a list of
 * rows and columns to resize to, or what must be said then.
 */
const typist = `
import fcntl, json, os, pty, select, struct, sys, termios, time

pid, terminal = pty.fork()
if pid == 0:
    os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])
said = ''

def wait(text):
    global said
    end = time.monotonic() + 20
    while text not in said:
        if time.monotonic() > end:
            sys.exit('waited in vain for ' + repr(text) + ' in ' + repr(said))
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 4096).decode('utf8', 'replace')
    said = said[said.index(text) + len(text):]

for step in json.loads(sys.argv[1]):
    if 'type' in step:
        os.write(terminal, step['type'].encode())
    elif 'size' in step:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', *step['size'], 0, 0))
    else:
        wait(step['said'])
`;

type Step =
  | { readonly type: string }
  | { readonly size: readonly [rows: number, columns: number] }
  | { readonly said: string };

test('a terminal’s keys, its size and its jobs reach the command as if nobody stood between', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const preload = `${process.execPath} ${cli} preload --`;
  // The marks are put together by the shell, so that the echo of what is typed is no answer.
  const status = { type: 'echo "sta""tus $?"\n' };
  const steps: readonly Step[] = [
    { type: `PS1='rea''dy> '\n` },
    { said: 'ready> ' },
    // Job control: stopped by a key, brought back, ended by the end of its input.
    { type: `${preload} sh -c 'echo be""gun; exec cat'\n` },
    { said: 'begun' },
    { type: 'one\n' },
    { said: 'one\r\none\r\n' },
    { type: '\u001a' },
    { said: 'Stopped' },
    { said: 'ready> ' },
    { type: 'fg\n' },
    { said: 'cat' },
    { type: 'two\n' },
    { said: 'two\r\ntwo\r\n' },
    { type: '\u0004' },
    status,
    { said: 'status 0' },
    // The window's size.
    {
      type: `${preload} bash -c 'trap "stty size; exit 5" WINCH; echo be""gun; while :; do sleep 0.05; done'\n`,
    },
    { said: 'begun' },
    { size: [33, 77] },
    { said: '33 77' },
    status,
    { said: 'status 5' },
    // Ended by a key, and by a signal that nobody can catch.
    { type: `${preload} sh -c 'echo be""gun; exec sleep 60'\n` },
    { said: 'begun' },
    { type: '\u0003' },
    { said: 'ready> ' },
    status,
    { said: 'status 130' },
    { type: `${preload} sh -c 'kill -KILL $$'\n` },
    { said: 'Killed' },
    status,
    { said: 'status 137' },
  ];
  const words = ['python3', '-c', typist, JSON.stringify(steps)] as const;
  const ended = await rampart.startProgram(words).finished;
  assert.deepEqual([ended.status, ended.stderr], [0, '']);
});
