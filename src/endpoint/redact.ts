/** What stands in a log where a secret stood. */
export const redactedMark = '[redacted]';

/** Names of options and variables whose value is a secret. */
const secretName =
  '(?:[A-Za-z0-9_-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|apikey|private[_-]?key|access[_-]?key|credentials?))';

/**
 * Each matches one shape of a secret; group 1, where there is one, is kept. What may be long begins only where a word does,
 * or at letters that it does not go on over: else every letter of a long word would be a beginning.
 */
const shapes: readonly RegExp[] = [
  // Authorization: Bearer X, also as curl's -H value
  /((?:proxy-)?authorization\s*[:=]\s*(?:(?:bearer|basic|token|digest)\s+)?)[^\s'"]+/gi,
  /((?:x-api-key|x-auth-token|private-token|cookie)\s*:\s*)[^'"\n]+/gi,
  // --password X, --password=X, --password 'X Y'
  new RegExp(`((?<![\\w-])\\w*--?${secretName}(?:\\s+|=))(?!-)(?:'[^']*'|"[^"]*"|[^\\s'"]+)`, 'gi'),
  // PASSWORD=X
  new RegExp(`((?:^|[\\s;&|'"])${secretName}=)(?:'[^']*'|"[^"]*"|[^\\s'"&;]+)`, 'gi'),
  // scheme://user:X@host
  /((?<=[a-z0-9+.-]):\/\/[^\s/:@'"]*:)[^\s/@'"]+(?=@)/gi,
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bxox[abpors]-[A-Za-z0-9-]{10,}/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /((?<![\w-])(?=[\w-]+\.[\w-]{8,}\.)[\w-]*?\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
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

/** How far behind what is kept of a text is looked: a longer secret may be cut before it is known as one. */
const maxSecretLength = 16_384;

/** What is kept of something, and whether that is less than all. */
export interface Beginning<Kept> {
  readonly kept: Kept;
  readonly isCut: boolean;
}

/** The beginning of a text, redacted, with so many characters at most. */
export function redactBeginning(text: string, length: number): Beginning<string> {
  const isLong = text.length > length + maxSecretLength;
  const redacted = redactText(isLong ? text.slice(0, length + maxSecretLength) : text);
  // What stands at the end of a piece may be the beginning of a secret.
  const end = isLong ? Math.max(0, redacted.length - maxSecretLength) : redacted.length;
  return { kept: redacted.slice(0, Math.min(length, end)), isCut: isLong || redacted.length > length };
}

const secretOption = new RegExp(`^--?${secretName}$`, 'i');

/**
 * The first arguments, redacted one by one, with so many characters at most, counting one behind each; the value that follows a
 * secret's option goes too.
 */
export function redactArguments(argv: readonly string[], length: number): Beginning<readonly string[]> {
  const kept: string[] = [];
  let left = length;
  let isCut = false;
  for (const [index, argument] of argv.entries()) {
    if (left <= 0) return { kept, isCut: true };
    const isSecret = secretOption.test(argv[index - 1] ?? '') && !argument.startsWith('-');
    const beginning = redactBeginning(isSecret ? redactedMark : argument, left);
    kept.push(beginning.kept);
    isCut ||= beginning.isCut;
    left -= beginning.kept.length + 1;
  }
  return { kept, isCut };
}
