import type { Component } from './component.ts';
import { feedersOf } from './codeFlow.ts';
import { namesSought, readFindLaunches } from './findCommand.ts';
import { programOf } from './readLaunches.ts';
import { isTakingEnvironment, isTalking, isWriting, namedPaths, shellTexts } from './inlineCode.ts';
import { servedPlace } from './fileServers.ts';
import { joinPath, parentOf, resolvePath } from './paths.ts';
import { contentReaders, isInterpreter, nonReaders, senders } from './programs.ts';
import type { PathWorld } from './paths.ts';
import type { Word } from './shellScript.ts';
import { literalWord } from './shellScript.ts';
import { targetDirectoryIn } from './targetDirectory.ts';

/** How many links of one command are followed; further operands are compared as they are named. */
const maxResolved = 8;

/** The paths, absolute where that is known, whose content a command may take in. */
export function readReads(component: Component, world: PathWorld): readonly string[] {
  if (component.isElsewhere) return [];
  const inputs = component.redirections
    .filter(({ operator }) => operator === '<')
    .map(({ target }) => target);
  const operands =
    nonReaders.has(component.program) || isCounting(component)
      ? foundPaths(component)
      : [...readOperands(component), ...readCodePaths(component, world), ...servedPlace(component)];
  return resolveAll(component, [...inputs, ...operands], isContentReader(component) ? world : null);
}

/** Whether links are followed for what a command reads. What a script does with its operands is seen when it opens them. */
function isContentReader(component: Component): boolean {
  return (
    contentReaders.has(component.program) && (!isInterpreter(component.program) || component.code !== null)
  );
}

/** What `find` finds, where it gives that to a program that reads it; what git prints of a file. */
function foundPaths({ program, words }: Component): readonly Word[] {
  if (program === 'git') return printedPaths(words);
  if (program !== 'find') return [];
  const isRead = readFindLaunches(words).some((launch) => contentReaders.has(programOf(launch.words[0])));
  if (!isRead) return [];
  return namesSought(words);
}

/** `git show HEAD:FILE`, `git diff -- FILE`. */
function printedPaths(words: readonly Word[]): readonly Word[] {
  if (!words.some(({ text }) => /^(?:show|diff|cat-file|log|blame|grep|archive)$/.test(text))) return [];
  const separator = words.findIndex(({ text }) => text === '--');
  const behind = separator < 0 ? [] : words.slice(separator + 1);
  const inside = words.flatMap((word) => {
    const path = /^[^:]*:(.+)$/.exec(word.text)?.[1];
    return path === undefined ? [] : [{ ...word, text: path }];
  });
  return [...behind, ...inside];
}

/** Options whose value is a key that is used, not read out. */
const keyOptions: ReadonlySet<string> = new Set([
  '-i',
  '--identity',
  '--key',
  '--cert',
  '--cacert',
  '--private-key',
  '-e',
]);

function readOperands({ words, program }: Component): readonly Word[] {
  const operands: Word[] = [];
  let directory = '';
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) continue;
    if (word.text === '-C' && program === 'tar') {
      directory = `${words[at + 1]?.text ?? '.'}/`;
      at += 1;
    } else if (keyOptions.has(word.text) && /^(?:scp|rsync|sftp|curl|wget|ansible\S*)$/.test(program))
      at += 1;
    else operands.push(...pathsIn(word).map((path) => inDirectory(path, directory)));
  }
  if (!patternPrograms.has(program)) return operands;
  const isUnread = isPattern(words);
  return operands.filter((word) => !isUnread(word));
}

const patternPrograms: ReadonlySet<string> = new Set('sed gsed grep egrep fgrep zgrep rg ag ack'.split(' '));

/** `grep -c` and `grep -q` say how often, not what. */
function isCounting({ program, words }: Component): boolean {
  return (
    /^(?:[efz]?grep|rg)$/.test(program) &&
    words.some(({ text }) => /^-(?:[a-zA-Z]*[cq]|-count|-quiet)$/.test(text))
  );
}

/** The words of such a program that are patterns or scripts: what `-e` is given, or else the first operand. */
function isPattern(words: readonly Word[]): (word: Word) => boolean {
  const given = new Set(valuesOf(words, /^-(?:[A-Za-z]*e|-(?:regexp|expression))$/));
  const isGiven = words.some(({ text }) => /^-(?:[A-Za-z]*[ef]|-(?:regexp|expression|file)\b)/.test(text));
  const first = words.slice(1).find(({ text }) => !text.startsWith('-'));
  return (word) => (isGiven ? given.has(word) : word === first);
}

/** `tar -C DIRECTORY FILE`. */
function inDirectory(word: Word, directory: string): Word {
  return directory === '' || word.text.startsWith('/') ? word : { ...word, text: directory + word.text };
}

/** The files that stand in the code of an interpreter. */
function readCodePaths(component: Component, world: PathWorld): readonly Word[] {
  const { code } = component;
  if (code === null) return [];
  return namedPaths(code).map((path) => literalWord(path.replace(/^~(?=\/)/, () => world.home ?? '~')));
}

/** The paths that a word can name: `FILE`, `@FILE`, `name=@FILE`, `--option=FILE`, `file://FILE`. */
function pathsIn(word: Word): readonly Word[] {
  const { text } = word;
  const opened = /^(?:file|open|gopen|create):([^,]+)/i.exec(text)?.[1];
  if (opened !== undefined && !opened.startsWith('//')) return [{ ...word, text: opened }];
  if (/^[\w./~$-]+$/.test(text) && !text.startsWith('-')) return [word];
  const inside = /^(?:-[A-Za-z](?=[@/~.])|--?[\w-]+=|[\w.-]+:?=)?(?:[@<]|file:\/\/)?(.+)$/.exec(text)?.[1];
  if (inside === undefined || inside === text) return text.startsWith('-') ? [] : [word];
  return [word, { ...word, text: inside }];
}

/** The paths that a command writes, by redirection or because that is what the program does. */
export function readWrites(component: Component, world: PathWorld): readonly string[] {
  if (component.isElsewhere) return [];
  const outputs = component.redirections
    .filter(({ operator, target }) => operator.includes('>') && !/^&?\d*-?$/.test(target.text))
    .map(({ target }) => target);
  return resolveAll(
    component,
    [...outputs, ...writtenOperands(component), ...writtenByCode(component, world)],
    world,
  );
}

/** What code names that changes files; it may be any of it. */
function writtenByCode(component: Component, world: PathWorld): readonly Word[] {
  const { code } = component;
  return code !== null && isWriting(code) ? readCodePaths(component, world) : [];
}

type WrittenReader = (words: readonly Word[], operands: readonly Word[]) => readonly Word[];

const allOperands: WrittenReader = (_words, operands) => operands;

const editedInPlace: WrittenReader = (words, operands) =>
  words.some((word) => /^(?:-[a-zA-Z]*i|--in-?place)/.test(word.text)) ? operands : [];

const dumpedTo: WrittenReader = (_words, operands) =>
  operands
    .filter(({ text }) => text.startsWith('of='))
    .map((word) => ({ ...word, text: word.text.slice(3) }));

/** For programs that write, which of their words name what they write. */
const writtenReaders: ReadonlyMap<string, WrittenReader> = new Map<string, WrittenReader>([
  ['tee', allOperands],
  ['sponge', allOperands],
  ['truncate', allOperands],
  ['touch', allOperands],
  ['chattr', allOperands],
  ['cp', destinations],
  ['mv', (words, operands) => [...operands, ...destinations(words, operands)]],
  ['ln', destinations],
  ['install', destinations],
  ['rsync', lastDestinations],
  ['scp', lastDestinations],
  ['sed', editedInPlace],
  ['perl', editedInPlace],
  ['dd', dumpedTo],
  ['sqlite3', (_words, operands) => operands.slice(0, 1)],
  ['patch', (_words, operands) => operands.slice(0, 1)],
  ['ed', allOperands],
  ['ex', allOperands],

  ['curl', (words) => [...valuesOf(words, /^(?:-[a-zA-Z]*o|--output)$/), ...below(words, /^--output-dir$/)]],
  [
    'wget',
    (words) => [
      ...valuesOf(words, /^(?:-[a-zA-Z]*O|--output-document)$/),
      ...below(words, /^(?:-P|--directory-prefix)$/),
    ],
  ],
  [
    'ssh-keygen',
    (words) => (words.some(({ text }) => /^-[lyeBFHRLQ]/.test(text)) ? [] : valuesOf(words, /^-f$/)),
  ],
  ['openssl', (words) => valuesOf(words, /^-(?:out|keyout)$/)],
  ['sort', (words) => valuesOf(words, /^(?:-o|--output)$/)],
  ['gpg', (words) => valuesOf(words, /^(?:-o|--output)$/)],
  ['tar', unpackedTo],
  ['bsdtar', unpackedTo],
  ['unzip', (words) => below(words, /^-d$/)],
  ['cpio', (words) => below(words, /^(?:-D|--directory)$/)],
  ...['vim', 'vi', 'nvim', 'nano', 'emacs'].map((program) => [program, editedInBatch] as const),
  ['rename', allOperands],
  ['link', lastDestinations],
  ['mkfifo', allOperands],
  ['crudini', allOperands],
  ['yq', editedInPlace],
  ['script', allOperands],
]);

/** Something in the directory that an option names. */
function below(words: readonly Word[], option: RegExp): readonly Word[] {
  return valuesOf(words, option).map((word) => ({ ...word, text: `${word.text.replace(/\/+$/, '')}/?` }));
}

function unpackedTo(words: readonly Word[]): readonly Word[] {
  const isUnpacking = words.slice(1, 3).some(({ text }) => /^-?[a-zA-Z]*x|^--(?:extract|get)$/.test(text));
  return isUnpacking ? below(words, /^(?:-C|--directory)$/) : [];
}

/** An editor that is told to write what it is told to change. */
function editedInBatch(words: readonly Word[], operands: readonly Word[]): readonly Word[] {
  const isTold = words.some(({ text }) => /^\+|^-(?:c|es|Es|s|-cmd)$|^-[a-z]*s[a-z]*c$/.test(text));
  return isTold ? operands.filter(({ text }) => !text.startsWith('+')) : [];
}

function writtenOperands({ program, words }: Component): readonly Word[] {
  const read = writtenReaders.get(program);
  if (read === undefined) return [];
  return read(
    words,
    words.slice(1).filter((word) => !word.text.startsWith('-')),
  );
}

/** Where programs put files that may be told the directory first. */
function destinations(words: readonly Word[], operands: readonly Word[]): readonly Word[] {
  return destinationsIn(targetDirectoryIn(words) ?? operands.at(-1), operands, /^.*\//);
}

/** The same of programs that know other machines: `HOST:FILE`. */
function lastDestinations(_words: readonly Word[], operands: readonly Word[]): readonly Word[] {
  return destinationsIn(operands.at(-1), operands, /^.*[/:]/);
}

/** The goal, and what each of the operands becomes when that is a directory. */
function destinationsIn(goal: Word | undefined, operands: readonly Word[], place: RegExp): readonly Word[] {
  if (goal === undefined) return [];
  const names = operands
    .filter((word) => word !== goal)
    .map(({ text }) => text.replace(/\/+$/, '').replace(place, ''));
  return [goal, ...names.map((name) => ({ ...goal, text: `${goal.text}/${name}` }))];
}

function valuesOf(words: readonly Word[], option: RegExp): readonly Word[] {
  return words.flatMap((word, index) => (option.test(words[index - 1]?.text ?? '') ? [word] : []));
}

/** Paths as they are named and, with a world given, as the kernel finds them. */
function resolveAll(
  component: Component,
  words: readonly Word[],
  world: PathWorld | null,
): readonly string[] {
  const paths: string[] = [];
  let resolved = 0;
  for (const word of words) {
    const path = joinPath(component.directory, word.text) ?? word.text;
    paths.push(path);
    if (world === null || resolved >= maxResolved || !word.isKnown || !mayBeLink(path, word)) continue;
    resolved += 1;
    // What is moved into a directory takes the place of a link that has its name.
    const isMovedInto = component.program === 'mv' && paths.includes(parentOf(path));
    const real = isMovedInto ? resolvePath(world, null, path) : world.realpath(path);
    if (real !== null && real !== path) paths.push(real);
  }
  return paths;
}

/** What is no path, or has a meaning to every program, is no link. */
function mayBeLink(path: string, { text }: Word): boolean {
  return path.startsWith('/') && !plainDevices.test(path) && !/^[a-z][a-z\d+.-]*:\/\//i.test(text);
}

const plainDevices = /^\/dev\/(?:null|zero|u?random|full|tty|std(?:in|out|err)|fd\/\d+|tcp\/.*|udp\/.*)$/;

/**
 * The paths whose content a call may carry to another machine: what a sender is given to send, and what flows into it through
 * pipes and substitutions.
 */
export function readSends(components: readonly Component[], world: PathWorld): readonly string[] {
  const sending = components.filter(isSender);
  if (sending.length === 0) return [];
  const flowing = new Set(
    sending.flatMap(({ input, inner }) => [
      ...(input === null ? [] : feedersOf(components, input)),
      ...feedersOf(components, inner),
    ]),
  );
  return [
    ...[...flowing].flatMap((feeder) => [
      ...readReads(feeder, world),
      ...readEnvironment(feeder),
      ...readSources(feeder),
      ...readHistory(feeder, world),
    ]),
    ...sending.flatMap((sender) =>
      resolveAll(
        sender,
        [...uploadsOf(sender), ...readCodePaths(sender, world), ...codeOperands(sender)],
        world,
      ),
    ),
    ...sending.flatMap(sentVariables),
  ];
}

/** What the commands name that talking code runs: it sends what they print. */
function codeOperands(component: Component): readonly Word[] {
  const { code } = component;
  if (code === null) return [];
  return shellTexts(code, component.program).flatMap((text) =>
    text
      .split(/[\s'"]+/)
      .slice(1)
      .map(literalWord),
  );
}

const secretVariable =
  /\$\{?(\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)\w*)/i;
const localAddress = /:\/\/(?:[^/@]*@)?(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal)/;

/** Secret variables in an address, as if they were files below the environment; all of it where code takes it in. */
function sentVariables(component: Component): readonly string[] {
  const { code } = component;
  if (code !== null) return isTakingEnvironment(code) ? ['/proc/self/environ'] : [];
  const written = component.words.map((word) => word.written ?? word.text);
  if (written.some((text) => localAddress.test(text))) return [];
  return written.flatMap((text, index) => {
    const name = secretVariable.exec(carriedPart(component.program, text, written[index - 1] ?? ''))?.[1];
    return name === undefined ? [] : [`/proc/self/environ/${name}`];
  });
}

/** What of a word a server keeps in its logs or a body: an address behind its host, fields of a form, a name that is looked up. */
function carriedPart(program: string, text: string, option: string): string {
  if (nameSenders.has(program)) return text;
  const isBody =
    webClients.has(program) &&
    /^(?:-d|--data(?:-\w+)?|-F|--form(?:-string)?|--json|--post-data)$/.test(option);
  return isBody ? text : (/^['"]?[a-z]+:\/\/[^/?#]+(.*)$/is.exec(text)?.[1] ?? '');
}

/** Programs that carry away what stands in a name that they look up. */
const nameSenders: ReadonlySet<string> = new Set(['dig', 'nslookup', 'host', 'drill', 'ping']);

/** `env` and `printenv` print what programs were started with, tokens among it. */
function readEnvironment({ program, words }: Component): readonly string[] {
  const isWhole =
    (program === 'set' && words.length === 1) ||
    program === 'printenv' ||
    program === 'env' ||
    (/^(?:export|declare|typeset)$/.test(program) && /^-[px]+$/.test(words[1]?.text ?? ''));
  const printsAll = words.slice(1).every((word) => /^-|=/.test(word.text));
  return isWhole && printsAll ? ['/proc/self/environ'] : [];
}

/** What packs a whole checkout takes its history along. */
function readSources({ program, words, directory }: Component): readonly string[] {
  const isPacked =
    (program === 'git' &&
      words.some(({ text }) => /^(?:archive|bundle|diff|show|format-patch)$/.test(text)) &&
      !isSummary(words)) ||
    (/^(?:tar|bsdtar|zip|7z|cpio)$/.test(program) &&
      words.slice(1).some(({ text }) => /^(?:\.\/?|\*)$/.test(text)));
  return isPacked ? [joinPath(directory, '.git') ?? '.git'] : [];
}

function isSummary(words: readonly Word[]): boolean {
  return words.some(({ text }) => /^--(?:stat|shortstat|numstat|name-only|name-status|summary)/.test(text));
}

/** `history` and `fc -l` print what the shell keeps in its file. */
function readHistory({ program, words }: Component, { home }: PathWorld): readonly string[] {
  const isPrinting = program === 'history' || (program === 'fc' && words[1]?.text.startsWith('-l') === true);
  return isPrinting ? [`${home ?? '~'}/.bash_history`] : [];
}

function isSender(component: Component): boolean {
  const { program, words, redirections } = component;
  if (redirections.some(({ target }) => /^\/dev\/(?:tcp|udp)\//.test(target.text))) return true;
  if (program === 'openssl') return words[1]?.text === 's_client';
  const { code } = component;
  return code === null ? senders.has(program) : isTalking(code);
}

/** Senders whose operands name no files of this machine. */
const sendersWithoutFiles = new Set([
  'ssh',
  'telnet',
  'dig',
  'nslookup',
  'host',
  'drill',
  'ping',
  'nc',
  'ncat',
  'netcat',
]);

const webClients = new Set(['curl', 'wget', 'wget2', 'http', 'https', 'xh', 'xhs']);

function uploadsOf(component: Component): readonly Word[] {
  const { program, words, redirections } = component;
  const inputs = redirections.filter(({ operator }) => operator === '<').map(({ target }) => target);
  if (sendersWithoutFiles.has(program)) return inputs;
  if (transferClients.has(program)) return [...inputs, ...puts(component), ...plainUploads(component)];
  if (webClients.has(program)) return [...inputs, ...webUploads(words)];
  return [...inputs, ...plainUploads(component)];
}

function plainUploads(component: Component): readonly Word[] {
  return readOperands(component).filter((word) => !/^[a-z][\w+.-]*:/i.test(word.text));
}

const transferClients = new Set(['sftp', 'ftp', 'lftp', 'tftp', 'smbclient', 'ncftp', 'cadaver']);

/** `put FILE` in what such a client is told. */
function puts({ words, hereText }: Component): readonly Word[] {
  const told = [hereText ?? '', ...words.map((word) => word.text)].join('\n');
  return [...told.matchAll(/\b(?:m?put|mirror -R|send|append)\s+([^\s;"']+)/g)].map((found) =>
    literalWord(found[1] ?? ''),
  );
}

function webUploads(words: readonly Word[]): readonly Word[] {
  const marked = words.flatMap((word) => {
    const file = /(?:^|[=:\w-])[@<]([^;]+)/.exec(word.text)?.[1];
    return file === undefined ? [] : [{ ...word, text: file }];
  });
  const attached = words.flatMap((word) => {
    const file = /^(?:-T|--upload-file=|--post-file=|--body-file=)(.+)$/.exec(word.text)?.[1];
    return file === undefined ? [] : [{ ...word, text: file }];
  });
  return [
    ...marked,
    ...attached,
    ...valuesOf(words, /^(?:-[a-zA-Z]*T|--upload-file|--post-file|--body-file)$/),
  ];
}
