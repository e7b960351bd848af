/** What stands in a log where a secret stood. */
export const redactedMark = '[redacted]';

/** Names of options and variables whose value is a secret. */
const secretName =
  '(?:[A-Za-z0-9_-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|apikey|private[_-]?key|access[_-]?key|credentials?))';

/** Each matches one shape of a secret; group 1, where there is one, is kept. */
const shapes: readonly RegExp[] = [
  // Authorization: Bearer X, also as curl's -H value
  /((?:proxy-)?authorization\s*[:=]\s*(?:(?:bearer|basic|token|digest)\s+)?)[^\s'"]+/gi,
  /((?:x-api-key|x-auth-token|private-token|cookie)\s*:\s*)[^'"\n]+/gi,
  // --password X, --password=X, --password 'X Y'
  new RegExp(`(--?${secretName}(?:\\s+|=))(?!-)(?:'[^']*'|"[^"]*"|[^\\s'"]+)`, 'gi'),
  // PASSWORD=X
  new RegExp(`((?:^|[\\s;&|'"])${secretName}=)(?:'[^']*'|"[^"]*"|[^\\s'"&;]+)`, 'gi'),
  // scheme://user:X@host
  /([a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*:)[^\s/@'"]+(?=@)/gi,
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bxox[abpors]-[A-Za-z0-9-]{10,}/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Cheap test before the shapes are tried: most commands hold nothing that looks like any of them. */
const suspicious =
  /auth|pass|secret|token|key|cookie|credential|:\/\/[^\s/]*:|gh[pousr]_|github_pat_|glpat-|sk-|AKIA|ASIA|xox|AIza|npm_|eyJ/i;

/** The text with every secret that has a known shape replaced by a mark that says so. */
export function redactText(text: string): string {
  if (!suspicious.test(text)) return text;
  return shapes.reduce(
    (rest, shape) =>
      rest.replace(
        shape,
        (_match: string, kept: unknown) => `${typeof kept === 'string' ? kept : ''}${redactedMark}`,
      ),
    text,
  );
}

const secretOption = new RegExp(`^--?${secretName}$`, 'i');

/** The arguments redacted one by one; the value that follows a secret's option goes too. */
export function redactArguments(argv: readonly string[]): readonly string[] {
  return argv.map((argument, index) => {
    const option = argv[index - 1] ?? '';
    return secretOption.test(option) && !argument.startsWith('-') ? redactedMark : redactText(argument);
  });
}
