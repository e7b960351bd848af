import type { Component } from './component.ts';

/** Names of variables that hold what nobody should see. */
const secretName =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|ACCESS_?KEY(?!_ID)|SECRET_?KEY|PRIVATE_?KEY)(?:_|$)/i;

const variable = /\$\{?(\w+)/g;

/** `echo "$GITHUB_TOKEN"` and `printenv GITHUB_TOKEN`: whether a command prints a secret of the environment, and not into a file. */
export function isShowingSecret({ program, words, redirections }: Component): boolean {
  if (redirections.some(({ operator }) => operator.startsWith('>'))) return false;
  if (program === 'printenv') return words.slice(1).some(({ text }) => secretName.test(text));
  if (program !== 'echo' && program !== 'printf') return false;
  return words.some(
    ({ text, isKnown }) =>
      !isKnown && [...text.matchAll(variable)].some(([, name]) => secretName.test(name ?? '')),
  );
}

const soughtSecret = /token|secret|passw|api.?key|access.?key|private.?key|credential/i;

/** Whether a command looks for secrets in what it reads. */
export function isSeekingSecret({ program, words }: Component): boolean {
  const isCounting = words.some(({ text }) => /^-(?:[a-zA-Z]*[cqv]|-count|-quiet)$/.test(text));
  return (
    /^(?:[efz]?grep|rg|ag|awk|sed)$/.test(program) &&
    !isCounting &&
    words.slice(1).some(({ text }) => soughtSecret.test(text))
  );
}

/** Whether a command prints all variables of the environment. */
export function isListingEnvironment({ program, words }: Component): boolean {
  if (program === 'set' || program === 'history') return words.length === 1;
  if (program === 'env' || program === 'printenv')
    return words.slice(1).every(({ text }) => text.startsWith('-'));
  return /^(?:declare|typeset|export)$/.test(program) && words[1]?.text === '-p';
}
