import type { ShellCommand } from './shellScript.ts';

/** How rules know a function that starts itself twice, whatever it is called. */
const forkBomb = ':(){ :|:& };:';

/** A command with everything put in that is known. */
export function expandedText({ words, body }: ShellCommand): string {
  const name = words[0]?.text ?? '';
  return body !== null && isForking(body, name) ? forkBomb : words.map((word) => word.text).join(' ');
}

/** It pipes itself to itself, or leaves itself in the background and goes on as itself. */
function isForking(body: string, name: string): boolean {
  if (!/[|&]/.test(body)) return false;
  const parts = body.split(/[\s;(){}]+|(?=[|&])|(?<=[|&])/).filter((part) => part !== '');
  return parts.some((part, at) => /^[|&]$/.test(part) && parts[at - 1] === name && parts[at + 1] === name);
}
