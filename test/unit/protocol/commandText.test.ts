import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCommandText } from '../../../src/protocol/commandText.ts';

function check(call: readonly string[], expected: string, door = 'execve'): void {
  const [path = '', ...argv] = call;
  assert.equal(formatCommandText({ door, path, argv }), expected);
}

test('names the program by argv[0] only when that is the path or its last component', () => {
  check(['/bin/rm', 'rm', '-rf', 'build'], 'rm -rf build');
  check(['/bin/rm', '/bin/rm', 'x'], '/bin/rm x');
  check(['/bin/rm', 'ls', 'x'], '/bin/rm x');
  check(['rm', 'rm'], 'rm');
  check(['/bin/rm'], '/bin/rm');
  check(['/bin/rm', ''], '/bin/rm');
});

test('quotes every word that holds anything a shell might read', () => {
  check(
    ['/bin/echo', 'echo', 'a b', "it's", '', '$x', 'é', 'A-z_0@%+=:,./-'],
    "echo 'a b' 'it'\\''s' '' '$x' 'é' A-z_0@%+=:,./-",
  );
});

test('takes the text of a shell door as it is', () => {
  for (const door of ['system', 'popen', 'wordexp'])
    check(["rm -rf 'x y'", 'sh', '-c', 'z'], "rm -rf 'x y'", door);
});
