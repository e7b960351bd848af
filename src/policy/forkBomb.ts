import type { ShellCommand } from './shellScript.ts';

/** How rules know a function that starts itself twice, whatever it is called. */
const forkBomb = ':(){ :|:& };:';

/** What a command comes to that calls such a function; null for any other. */
export function readForkBomb({ words, body }: ShellCommand): string | null {
  return body !== null && isForking(body, words[0]?.text ?? '') ? forkBomb : null;
}

/** It pipes itself to itself, or leaves itself in the background and goes on as itself. */
function isForking(body: string, name: string): boolean {
  if (!/[|&]/.test(body)) return false;
  const parts = body.split(/[\s;(){}]+|(?=[|&])|(?<=[|&])/).filter((part) => part !== '');
  return parts.some((part, at) => /^[|&]$/.test(part) && parts[at - 1] === name && parts[at + 1] === name);
}
