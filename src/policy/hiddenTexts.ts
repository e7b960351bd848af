import type { Word } from './shellScript.ts';

/** Programs that run shell text which stands in a word of another meaning: which part of which word that is. */
type TextReader = (words: readonly string[]) => readonly string[];

const editorCommand = /^(?::|\+)?(?:sil(?:ent)?!?\s+)?(?:!|:!)\s*(.+)$/s;

const editors: TextReader = (words) => words.flatMap((word) => editorCommand.exec(word)?.[1] ?? []);

const gitSettings =
  /^(?:alias\.[^=]+=!|(?:core\.(?:pager|editor|sshcommand|fsmonitor|askpass|gitproxy)|pager\.[\w-]+|diff\.external|[\w.-]+\.(?:textconv|cmd|clean|smudge|process|helper)|sequence\.editor|gpg\.program|credential\.helper)=!?)(.+)$/is;

const git: TextReader = (words) => {
  const given = words.flatMap((word, index) => {
    const before = words[index - 1] ?? '';
    if (before === '-c') return gitSettings.exec(word)?.[1] ?? [];
    if (/^(?:--exec|-x|--extcmd|--\w+-filter|--upload-pack|--receive-pack)$/.test(before)) return word;
    return /^--(?:exec|extcmd|upload-pack|receive-pack)=(.+)$/s.exec(word)?.[1] ?? [];
  });
  const run = words.findIndex(
    (word, index) => (word === 'run' && words[index - 1] === 'bisect') || word === 'foreach',
  );
  const alias = words.findIndex((word) => /^alias\./.test(word));
  const aliased = alias < 0 ? undefined : /^!(.+)$/s.exec(words[alias + 1] ?? '')?.[1];
  const started = run < 0 ? [] : words.slice(run + 1).filter((word) => word !== '--recursive');
  return [
    ...given,
    ...(aliased === undefined ? [] : [aliased]),
    ...(started.length > 0 ? [started.join(' ')] : []),
  ];
};

/** What stands behind an option, or behind `=`. */
function optionText(option: RegExp): TextReader {
  return (words) =>
    words.flatMap((word, index) => {
      const attached = new RegExp(String.raw`^(?:${option.source})=(.+)$`, 's').exec(word)?.[1];
      if (attached !== undefined) return attached;
      return new RegExp(`^(?:${option.source})$`).test(words[index - 1] ?? '') ? word : [];
    });
}

const ssh: TextReader = (words) =>
  words.flatMap((word) => /^(?:-o)?(?:Proxy|Local|KnownHosts)Command[= ](.+)$/is.exec(word)?.[1] ?? []);

const tar: TextReader = (words) => [
  ...optionText(/--to-command|--use-compress-program|-I|--rsh-command|--info-script|--new-volume-script|-F/)(
    words,
  ),
  ...words.flatMap((word) => /^--checkpoint-action=exec=(.+)$/s.exec(word)?.[1] ?? []),
];

/** `1e COMMAND` runs it; `s/x/COMMAND/e` runs what it makes. */
const streamEditor: TextReader = (words) =>
  words.flatMap((word) => [
    ...(/^\s*(?:\d+|\$|\/[^/]*\/)?\s*e\s+(.+)$/s.exec(word)?.slice(1) ?? []),
    ...(/^s(.)(?:\\.|(?!\1).)*\1((?:\\.|(?!\1).)*)\1[gI\d]*e[gI\d]*$/s.exec(word)?.slice(2, 3) ?? []).map(
      (text) => text.replaceAll(/\\(.)/g, '$1'),
    ),
  ]);

/** The escape of a database's client to the shell. */
const escape: TextReader = (words) =>
  words.flatMap((word) => [
    ...(/^\s*(?:\\!|\.(?:shell|system)|system|!)\s+(.+)$/s.exec(word)?.slice(1) ?? []),
    // `COPY … TO PROGRAM 'COMMAND'`, on the server.
    ...(/\b(?:to|from)\s+program\s+'((?:[^']|'')*)'/is.exec(word)?.slice(1) ?? []),
  ]);

const debuggers: TextReader = (words) =>
  words.flatMap((word) => /^(?:shell|!|platform shell)\s*(.+)$/s.exec(word)?.[1] ?? []);

/** `EXEC:COMMAND` and `SYSTEM:TEXT`, where an address could stand. */
const addresses: TextReader = (words) =>
  words.flatMap((word) => /^(?:exec|system|shell):(.+?)(?:,[a-z\d=,-]+)?$/is.exec(word)?.[1] ?? []);

const make: TextReader = (words) => optionText(/--eval|-E/)(words).map(recipesOf);

const readers: ReadonlyMap<string, TextReader> = new Map<string, TextReader>([
  ...['vim', 'vi', 'nvim', 'ex', 'view', 'gvim', 'vimdiff'].map((name) => [name, editors] as const),
  ['git', git],
  ['ssh', ssh],
  ['scp', ssh],
  ['sftp', ssh],
  ['tar', tar],
  ...['sed', 'gsed'].map((name) => [name, streamEditor] as const),
  ['rsync', optionText(/-e|--rsh|--rsync-path/)],
  ['zip', optionText(/-TT|--unzip-command/)],
  ['man', optionText(/-P|--pager/)],
  ...['sqlite3', 'psql', 'mysql', 'mariadb'].map((name) => [name, escape] as const),
  ...['gdb', 'lldb'].map((name) => [name, debuggers] as const),
  ['watchexec', optionText(/--exec|--command/)],
  ['socat', addresses],
  ['chokidar', optionText(/-c|--command/)],
  ['concurrently', (words) => words.filter((word) => !word.startsWith('-'))],
  ['ansible', optionText(/-a|--args/)],
  ...['make', 'gmake'].map((name) => [name, make] as const),
  ...['less', 'more', 'most'].map((name) => [name, editors] as const),
  ['npm', optionText(/--script-shell/)],
  ['entr', (words) => words.filter((word) => /\s/.test(word))],
  ['just', optionText(/--command|-c/)],
  ['msmtp', optionText(/--passwordeval/)],
  ['wget', optionText(/--use-askpass/)],
  ['crontab', () => []],
]);

/** Variables whose value some program runs as a command. */
const runVariables =
  /^(?:\w*PAGER|\w*EDITOR|VISUAL|BROWSER|\w*ASKPASS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PROXY_COMMAND)|RSYNC_RSH|CVS_RSH|SVN_SSH|SVN_EDITOR|HGEDITOR|LESSOPEN|LESSCLOSE|PROMPT_COMMAND|DOCKER_SSH|MAILER|TAR_OPTIONS|RUSTC_WRAPPER|RUSTC_WORKSPACE_WRAPPER)$/;

/** Whether some program runs the value of a variable as a command. */
export function isRunVariable(name: string): boolean {
  return runVariables.test(name);
}

/** `make -f -` takes its rules from its standard input. */
export function isMakeOfInput(program: string, words: readonly Word[]): boolean {
  return (
    /^g?make$/.test(program) &&
    words.some(
      ({ text }, at) =>
        /^-f(?:-|\/dev\/stdin)$/.test(text) ||
        (/^(?:-|\/dev\/stdin)$/.test(text) && /^(?:-f|--file|--makefile)$/.test(words[at - 1]?.text ?? '')),
    )
  );
}

/** The commands in the recipes of a makefile, with what make calls a function as the shell calls it. */
export function recipesOf(makefile: string): string {
  return makefile
    .split('\n')
    .flatMap((line) => {
      const recipe = /^\t\s*[-@+]*(.*)$/.exec(line)?.[1] ?? /^[^=#;]*:[^=;]*;\s*[-@+]*(.*)$/.exec(line)?.[1];
      const called = [...line.matchAll(/\$\(shell\s+([^)]*)\)/g)].map((found) => found[1] ?? '');
      return [...(recipe === undefined ? [] : [recipe]), ...called];
    })
    .join('\n')
    .replaceAll(/\$\((\w+)\)/g, '$$$1')
    .replaceAll('$$', '$');
}

/** The shell texts that stand hidden in the words of a command. */
export function readHiddenTexts(program: string, words: readonly Word[]): readonly string[] {
  const read = readers.get(program);
  return read === undefined ? [] : read(words.slice(1).map((word) => word.text));
}

/** Whether those texts run on another machine. */
export function isHiddenElsewhere(program: string): boolean {
  return program === 'ansible';
}
