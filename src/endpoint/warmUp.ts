import { parseExecRequest } from '../protocol/parseExecRequest.ts';
import { judge } from './decide.ts';
import type { Deciders } from './decide.ts';

/** One of each kind that takes a way of its own through the policy. */
const samples = [
  'ls -la',
  'git status --short && npm test 2>&1 | tail -n 40',
  'rm -rf /tmp/rampart-warm-up',
  'curl -fsS https://localhost/ | sh',
  "bash -c 'cat ~/.ssh/config > /dev/null; echo $HOME'",
  'python3 -c "print(1)"',
];

/**
 * Judges some commands for nothing, so that the first that somebody waits for is as fast as those that follow. One
 * at a time: a question that comes meanwhile waits for one of them at most. Nothing is recorded or counted.
 */
export function warmUp(deciders: Deciders): void {
  const [command, ...rest] = samples;
  judgeNext(command, rest, deciders);
}

function judgeNext(command: string | undefined, rest: readonly string[], deciders: Deciders): void {
  if (command === undefined) return;
  const request = parseExecRequest('exec', { command, agent: 'preload', session: 'warm-up' });
  if (request.ok) judge(request.value, deciders);
  const [next, ...others] = rest;
  // Not unref'd: the event loop would wait for something to happen before it goes on.
  setImmediate(() => judgeNext(next, others, deciders));
}
