// @ts-check
// A debugger that agrees to everything, and asks the editor for a terminal without a setting that says so.
let read = Buffer.alloc(0);

process.stdin.on('data', (bytes) => {
  read = Buffer.concat([read, bytes]);
  for (let message = take(); message !== null; message = take()) answer(message);
});

/** The next whole message, if there is one. @returns {{ seq: number, command: string } | null} */
function take() {
  const start = read.indexOf('\r\n\r\n') + 4;
  const [, length = ''] = /Content-Length: (\d+)/.exec(read.toString('latin1', 0, start)) ?? [];
  const end = start + Number(length);
  if (length === '' || read.length < end) return null;
  const text = read.toString('utf8', start, end);
  read = read.subarray(end);
  return JSON.parse(text);
}

/** @param {{ seq: number, command: string }} request */
function answer({ seq, command }) {
  send({ type: 'response', request_seq: seq, success: true, command, body: {} });
  if (command === 'initialize') send({ type: 'event', event: 'initialized' });
  if (command === 'launch')
    send({ type: 'request', command: 'runInTerminal', arguments: { cwd: '/', args: ['/bin/true'] } });
}

/** @param {object} message */
function send(message) {
  const text = JSON.stringify({ seq: 1, ...message });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
