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
  // PASSWORD=X, also in $(…), in a URL's query and among the options of a mount
  new RegExp(`((?:^|[\\s;&|'"?#,(\`])${secretName}=)(?:'[^']*'|"[^"]*"|[^\\s'"&;]+)`, 'gi'),
  // "password": "X", in shell's quotes \"password\": \"X\"
  new RegExp(
    `(["'](?:${secretName}|authorization)\\\\?["']\\s*:\\s*)(?:${[
      String.raw`"[^"\\\n]*(?:\\.[^"\\\n]*)*"?`,
      String.raw`'[^'\\\n]*(?:\\.[^'\\\n]*)*'?`,
      String.raw`\\"[^"\\\n]*(?:\\(?:\\(?:\\.|[^"\\])|[^"\\])[^"\\\n]*)*(?:\\")?`,
      String.raw`\d[\d.]*`,
    ].join('|')})`,
    'gi',
  ),
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
  /auth|pass|secret|token|key|cookie|credential|:\/\/[^\s/]*:|gh[pousr]_|github_pat_|glpat-|sk-|AKIA|ASIA|xox|AIza|npm_|eyJ|curl|mysql|mariadb/i;

/** A program that takes a secret in an option that means something else to others. */
interface SecretTaker {
  /** Matches at the end of the word that names it. */
  readonly name: RegExp;
  /** Matches at the beginning of the option's word; the value is the rest of it. */
  readonly option: RegExp;
  /** Whether the value may also be the next word. */
  readonly takesNext: boolean;
  /** Matches what of a value stays; a value that it does not match is no secret. */
  readonly kept: RegExp;
  /** Matches an option whose value is the next word, where another program's words follow behind its own options. */
  readonly before: RegExp | null;
}

const takers: readonly SecretTaker[] = [
  {
    name: /(?:^|[/'"])curl$/,
    option: /^(?:-[0146aBfgGiIjJkLlMnNOpqRsSvZ#]*[uU]|--(?:proxy-)?user(?:=|$))/,
    takesNext: true,
    kept: /^[^:]*:/,
    before: null,
  },
  {
    name: /(?:^|[/'"])sshpass$/,
    option: /^-[ehvV]*p/,
    takesNext: true,
    kept: /^/,
    before: /^-[ehvV]*[dfpP]$/,
  },
  {
    name: /(?:^|[/'"])(?:mysql|mariadb)(?:-?(?:admin|binlog|check|dump|import|sh|show|slap))?$/,
    option: /^-p/,
    takesNext: false,
    // docker run --name mysql -p3306:3306
    kept: /^(?!(?:[\d.]+:)+\d+(?:\/\w+)?$)/,
    before: null,
  },
];

/** Reads the words of a call in their order, and gives each back without its secret. */
function createWordReader(): (word: string) => string {
  let taker: SecretTaker | null = null;
  let previous = '';
  return (word) => {
    const kept = taker === null ? null : keptOf(taker, previous, word);
    if (taker?.before?.test(previous) === false && !word.startsWith('-')) taker = null;
    if (kept === null) taker = takers.find(({ name }) => name.test(word)) ?? taker;
    previous = word;
    // A quote that begins in what is kept is closed again.
    return kept === null ? word : `${kept}${redactedMark}${/\\?["']/.exec(kept)?.[0] ?? ''}`;
  };
}

/** What stays of a word that holds a secret; null when it holds none. */
function keptOf({ option, takesNext, kept }: SecretTaker, previous: string, word: string): string | null {
  const isNext = takesNext && option.exec(previous)?.[0] === previous;
  const head = isNext ? '' : option.exec(word)?.[0];
  if (head === undefined) return null;
  const stays = kept.exec(word.slice(head.length))?.[0];
  if (stays === undefined || head.length + stays.length === word.length) return null;
  return head + stays;
}

/**
 * The name of a taker and the rest of its command. Each piece of it is taken whole, so that no part of a text is read twice.
 * A quote where no word begins is the end of the text around the command.
 */
const calls =
  /(?<![\w.-])(?:curl|sshpass|(?:mysql|mariadb)[a-z-]*)(?=\s)(?:[^\n;&|'"\\]+|\\[^]|(?<=[\s=:$@]|\\'|\s-\w{1,9})(?:'[^']*'|"[^"]*"))*/g;

const words = /(?:\\[^]|'[^']*'|"[^"]*"|[^\s'"\\])+/g;

const quoted = /^(?:'[^']*'|"[^"]*")$/;

/** The text without the secrets of its calls, also of those in a quoted word (`ssh host 'mysql -pX'`). */
function redactCalls(text: string): string {
  return text.replace(calls, (call) => {
    const read = createWordReader();
    return call.replace(words, (word) => {
      const redacted = read(word);
      if (redacted !== word || !quoted.test(word)) return redacted;
      return `${word.slice(0, 1)}${redactCalls(word.slice(1, -1))}${word.slice(-1)}`;
    });
  });
}

/** The text with every secret that has a known shape replaced by a mark that says so. */
export function redactText(text: string): string {
  if (!suspicious.test(text)) return text;
  const withoutShapes = shapes.reduce(
    (rest, shape) =>
      rest.replace(
        shape,
        (_match: string, kept: unknown) => `${typeof kept === 'string' ? kept : ''}${redactedMark}`,
      ),
    text,
  );
  return redactCalls(withoutShapes);
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
  const read = createWordReader();
  for (const [index, argument] of argv.entries()) {
    if (left <= 0) return { kept, isCut: true };
    const isSecret = secretOption.test(argv[index - 1] ?? '') && !argument.startsWith('-');
    const word = read(argument);
    const beginning = redactBeginning(isSecret ? redactedMark : word, left);
    kept.push(beginning.kept);
    isCut ||= beginning.isCut;
    left -= beginning.kept.length + 1;
  }
  return { kept, isCut };
}
