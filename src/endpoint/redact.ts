import { secretName, secretShapes } from './secretShapes.ts';
import { secretTakers, takerName, takingPrograms } from './secretTakers.ts';
import type { SecretTaker } from './secretTakers.ts';

/** What stands in a log where a secret stood. */
export const redactedMark = '[redacted]';

/** Cheap test before the shapes are tried: most commands hold nothing that looks like any of them. */
const suspicious = new RegExp(
  [
    'auth|pass|pwd|identified|secret|token|bearer|key|cookie|credential|psk|://[^\\s/]*[:@]|[?&]sig|webhooks|hooks\\.|/bot',
    'chpasswd|kinit|cryptsetup|stdin|sudo\\s|gh[pousr]_|github_pat_|gl\\w{2,5}-|[sr]k[-_]|whsec_|A[KS]IA|AIza',
    'ya29|GOCSPX|xox|xapp|:AA|npm_|pypi-|pat_|hf_|_v1_|shp|hv[sbr]\\.|SG\\.|dapi|lin_|glsa_|figd_|rampart_|eyJ',
    `(?<![\\w.-])(?:${takingPrograms})\\s`,
  ].join('|'),
  'i',
);

/** Reads the words of a call in their order, and gives each back without its secret. */
function createWordReader(): (word: string) => string {
  let taker: SecretTaker | null = null;
  let previous = '';
  // As many as the table has, however long the call is.
  const programs = new Set<RegExp>();
  const find = (word: string): SecretTaker | undefined => {
    if (!takerName.test(word)) return undefined;
    for (const { of } of secretTakers) if (of?.test(word) === true) programs.add(of);
    return secretTakers.find(({ name, of }) => name.test(word) && (of === undefined || programs.has(of)));
  };
  return (word) => {
    const kept = taker === null ? null : keptOf(taker, previous, word);
    if (taker?.before?.test(previous) === false && !word.startsWith('-')) taker = null;
    if (kept === null) taker = find(word) ?? taker;
    previous = word;
    // A quote that begins in what is kept is closed again.
    return kept === null ? word : `${kept}${redactedMark}${/\\?["']/.exec(kept)?.[0] ?? ''}`;
  };
}

/** What stays of a word that holds a secret; null when it holds none. */
function keptOf({ options }: SecretTaker, previous: string, word: string): string | null {
  for (const { option, takesNext, kept } of options) {
    const isNext = takesNext && option.exec(previous)?.[0] === previous;
    const head = isNext ? '' : option.exec(word)?.[0];
    const stays = head === undefined ? undefined : kept.exec(word.slice(head.length))?.[0];
    if (head === undefined || stays === undefined || head.length + stays.length === word.length) continue;
    return head + stays;
  }
  return null;
}

/**
 * The name of a taker and the rest of its command. Each piece of it is taken whole, so that no part of a text is read twice.
 * A quote where no word begins is the end of the text around the command.
 */
const calls = new RegExp(
  `(?<![\\w.-])(?:${takingPrograms})(?=\\s)(?:[^\\n;&|'"\\\\]+|\\\\[^]|(?<=[\\s=:$@]|\\\\'|\\s-\\w{1,9})(?:'[^']*'|"[^"]*"))*`,
  'g',
);

const words = /(?:\\[^]|'[^']*'|"[^"]*"|[^\s'"\\])+/g;

const quoted = /^(?:'[^']*'|"[^"]*")$/;

/** The text without the secrets of its calls, also of those in a quoted word (`ssh host 'mysql -pX'`). */
function redactCalls(text: string): string {
  return text.replace(calls, (call) => {
    const read = createWordReader();
    return call.replace(words, (word) => {
      if (!quoted.test(word)) return read(word);
      const inner = word.slice(1, -1);
      const redacted = read(inner);
      return `${word.slice(0, 1)}${redacted === inner ? redactCalls(inner) : redacted}${word.slice(-1)}`;
    });
  });
}

/** The text with every secret that has a known shape replaced by a mark that says so. */
export function redactText(text: string): string {
  if (!suspicious.test(text)) return text;
  const withoutShapes = secretShapes.reduce(
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

/** The word before a secret: an option, or the name of a setting that is set (`git config x.token`), or is written (`echo password:`). */
const secretOption = new RegExp(`^--?${secretName}$`, 'i');
const secretSetting = new RegExp(`(?<![\\w-])${secretName}$`, 'i');
const settingWords: ReadonlySet<string> = new Set(['set', 'config', '--arg']);
const secretField = new RegExp(`^${secretName}:$`, 'i');

/** What stands before an assignment that is an argument of its own, spaces and all. */
const beforeAssignment = /^(?:(?:.*\/)?env|export|-e|--env|--build-arg|-var|--set|[A-Za-z_]\w*=.*)$/;
const secretAssignment = new RegExp(`^[\\w.-]*?(?<![\\w-])${secretName}=`, 'i');

/** Tells which words of a call are followed by a secret. */
function createNameReader(program: string): {
  readonly pass: (word: string) => void;
  readonly isSecretOf: (word: string) => boolean;
} {
  const isWriting = /(?:^|\/)(?:echo|printf)$/.test(program);
  let isSetting = false;
  return {
    pass: (word) => {
      isSetting ||= settingWords.has(word);
    },
    isSecretOf: (word) =>
      secretOption.test(word) ||
      (isSetting && secretSetting.test(word)) ||
      (isWriting && secretField.test(word)),
  };
}

function redactAssignment(before: string, argument: string): string {
  const head = beforeAssignment.test(before) ? secretAssignment.exec(argument)?.[0] : undefined;
  return head === undefined ? argument : `${head}${redactedMark}`;
}

/**
 * The first arguments, redacted one by one, with so many characters at most, counting one behind each; the value that follows a
 * secret's option goes too.
 */
export function redactArguments(argv: readonly string[], length: number): Beginning<readonly string[]> {
  const kept: string[] = [];
  let left = length;
  let isCut = false;
  const names = createNameReader(argv[0] ?? '');
  const read = createWordReader();
  for (const [index, argument] of argv.entries()) {
    if (left <= 0) return { kept, isCut: true };
    const before = argv[index - 1] ?? '';
    names.pass(before);
    const isSecret = names.isSecretOf(before) && !/^(?:-|\d$)/.test(argument);
    const word = redactAssignment(before, read(argument));
    const beginning = redactBeginning(isSecret ? redactedMark : word, left);
    kept.push(beginning.kept);
    isCut ||= beginning.isCut;
    left -= beginning.kept.length + 1;
  }
  return { kept, isCut };
}
