import type { Component } from './component.ts';
import type { Deletion } from './deletion.ts';
import { namesSought, readFdScope, readFindLaunches, readFindScope } from './findCommand.ts';
import { deletedPaths } from './inlineCode.ts';
import { pathOnHost } from './mounts.ts';
import { isBelow, joinPath } from './paths.ts';
import type { PathWorld } from './paths.ts';
import { programOf } from './readLaunches.ts';
import type { Word } from './shellScript.ts';
import { literalWord } from './shellScript.ts';
import { targetDirectoryIn } from './targetDirectory.ts';

/** Programs all of whose operands are gone afterwards, or emptied. `remove…` are commands of `cmake -E`. */
const deletingPrograms: ReadonlySet<string> = new Set(
  'rm grm unlink rmdir shred srm wipe rimraf remove remove_directory del-cli trash trash-cli trash-put rip rmtrash safe-rm del erase'.split(
    ' ',
  ),
);

/** Whether all operands of a program are gone afterwards. */
export function deletesOperands(program: string): boolean {
  return deletingPrograms.has(program);
}

/** Options of these programs whose value is the next word. */
const valueOptions: ReadonlySet<string> = new Set([
  '-n',
  '-s',
  '--size',
  '--iterations',
  '--random-source',
  '-r',
  '--reference',
]);

/** One operand that goes, and whether all of it does. */
interface Target {
  readonly word: Word;
  readonly isWhole: boolean;
}

/** What a command deletes, or destroys the content of; empty for a command that deletes nothing that lies on this machine. */
export function readDeletions(
  component: Component,
  world: Pick<PathWorld, 'temporary'>,
): readonly Deletion[] {
  if (component.isElsewhere && component.mounts.length === 0) return [];
  // What stands for the findings of find is counted where find starts looking.
  const targets = readTargets(component, world).filter(
    ({ word }) => word.isKnown || !word.text.includes('{}'),
  );
  const deletions = targets.flatMap(({ word, isWhole }): readonly Deletion[] => {
    const path = component.isElsewhere ? pathOnHost(word.text, component.mounts) : word.text;
    if (path === null) return [];
    return [{ path, directory: component.directory, isKnown: word.isKnown, isWhole }];
  });
  if (component.isElsewhere) return deletions;
  const isFed = component.isOpenEnded && deletingPrograms.has(component.program);
  if (!isFed) return deletions;
  // Whatever is named lies in the directory, unless it says otherwise.
  return [
    ...deletions,
    { path: '', directory: null, isKnown: false, isWhole: true },
    { path: './?', directory: component.directory, isKnown: component.directory !== null, isWhole: false },
  ];
}

type TargetReader = (component: Component, world: Pick<PathWorld, 'temporary'>) => readonly Target[];

/** Programs that delete only when they are called in a certain way. */
const targetReaders: ReadonlyMap<string, TargetReader> = new Map<string, TargetReader>([
  ['', emptiedTargets],
  [':', emptiedTargets],
  ['true', emptiedTargets],
  ['echo', emptiedTargets],
  ['printf', emptiedTargets],
  ['cat', emptiedTargets],
  ['head', emptiedTargets],
  ['tail', emptiedTargets],
  ['gio', binnedTargets],
  ['tee', emptiedTargets],
  ['ln', linkedAwayTargets],
  ['find', findTargets],
  ['fd', findTargets],
  ['fdfind', findTargets],
  ['tar', archivedTargets],
  ['truncate', truncateTargets],
  ['mv', moveTargets],
  ['cp', copyTargets],
  ['install', copyTargets],
  ['sed', blankedTargets],
  ...['ex', 'ed', 'vi', 'vim', 'nvim', 'emacs'].map((program) => [program, emptiedInEditor] as const),
  ['zip', movedIntoArchive],
  ['7z', movedIntoArchive],
  ['dd', dumpTargets],
  ['rsync', syncTargets],
  ['unison', mirroredTargets],
  ['robocopy', mirroredTargets],
  ['rclone', mirroredTargets],
  ['aws', mirroredTargets],
  ['gsutil', mirroredTargets],
  ['git', cleanTargets],
]);

function readTargets(component: Component, world: Pick<PathWorld, 'temporary'>): readonly Target[] {
  const { program, words } = component;
  if (deletingPrograms.has(program)) return whole(operandsOf(words, program === 'shred'));
  if (isComputedRemoval(words)) return whole(operandsOf(words, false));
  const { code } = component;
  if (code !== null) return whole(deletedPaths(code).map(literalWord));
  return targetReaders.get(program)?.(component, world) ?? [];
}

/** `$x -rf FILE`: what the run makes of the first word is taken for what its options mean. */
function isComputedRemoval(words: readonly Word[]): boolean {
  return (
    words[0]?.isKnown === false &&
    words.some(({ text }) => /^-(?:[a-z]*[rR][a-z]*f|[a-z]*f[a-z]*[rR])[a-z]*$/.test(text))
  );
}

/** `: > FILE`, `echo -n > FILE`, `cat /dev/null > FILE` and `tee FILE < /dev/null` leave nothing in the file. */
function emptiedTargets({ program, words, redirections }: Component): readonly Target[] {
  const operands = operandsOf(words, false);
  const isFromNothing = redirections.some(({ target }) => target.text === '/dev/null');
  if (program === 'tee') return isFromNothing ? whole(operands) : [];
  const isReader = readers.has(program);
  const isSilent = isReader
    ? operands.every((word) => word.text === '/dev/null' || /^\d+$/.test(word.text))
    : operands.every((word) => word.text === '');
  if (!isSilent || (isReader && operands.length === 0 && !isFromNothing)) return [];
  const emptied = redirections.filter(({ operator }) => /^>\|?$/.test(operator)).map(({ target }) => target);
  return whole(emptied.filter(({ text }) => !streams.test(text)));
}

/** What can be written to, but not emptied. */
const streams = /^\/dev\/(?:null|zero|full|tty|stdin|stdout|stderr|fd\/\d+)$/;

const readers: ReadonlySet<string> = new Set(['cat', 'head', 'tail']);

/** `gio trash FILE`, `gio remove FILE`. */
function binnedTargets({ words }: Component): readonly Target[] {
  const [action, ...files] = operandsOf(words, false);
  return action?.text === 'trash' || action?.text === 'remove' ? whole(files) : [];
}

/** `ln -f /dev/null FILE` puts nothing in its place. */
function linkedAwayTargets({ words }: Component): readonly Target[] {
  const [source, ...goals] = operandsOf(words, false);
  return source?.text === '/dev/null' ? whole(goals) : [];
}

function truncateTargets({ words }: Component): readonly Target[] {
  const isGrowing = words.some((word) => /^(?:-s|--size=)?\+/.test(word.text));
  return isGrowing ? [] : whole(operandsOf(words, true));
}

function whole(words: readonly Word[]): readonly Target[] {
  return words.map((word) => ({ word, isWhole: true }));
}

function operandsOf(words: readonly Word[], hasValues: boolean): readonly Word[] {
  const operands: Word[] = [];
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) continue;
    if (word.text === '--') return [...operands, ...words.slice(at + 1)];
    if (word.text.length < 2 || !word.text.startsWith('-')) operands.push(word);
    else if (hasValues && valueOptions.has(word.text)) at += 1;
  }
  return operands;
}

function findTargets({ program, words }: Component): readonly Target[] {
  const isDeleting =
    words.some((word) => word.text === '-delete') ||
    readFindLaunches(words).some(
      (launch) => launch.words.some(isDeleter) || programOf(launch.words[0]) === 'truncate',
    );
  if (!isDeleting) return [];
  const { roots, hasFilter } = program === 'find' ? readFindScope(words) : readFdScope(words);
  return [
    ...roots.map((word) => (hasFilter ? { word: inside(word), isWhole: false } : { word, isWhole: true })),
    ...whole(namesSought(words).filter(({ text }) => /\/\.(?:git|hg|svn|jj)$/.test(text))),
  ];
}

/** Something in a directory. */
function inside(word: Word): Word {
  return { ...word, text: `${word.text.replace(/\/+$/, '')}/?` };
}

/** Whether a word of a command says that it deletes: behind launchers or not, or in the text of a shell. */
function isDeleter(word: Word): boolean {
  return (
    deletingPrograms.has(programOf(word)) || /(?:^|[\s;&|/(])(?:rm|unlink|shred|rmdir)\s/.test(word.text)
  );
}

/** `tar --remove-files` takes away what it has packed. */
function archivedTargets({ words }: Component): readonly Target[] {
  if (!words.some((word) => word.text === '--remove-files')) return [];
  const archive = words.findIndex((word) => /^(?:-[a-zA-Z]*f|--file)$/.test(word.text)) + 1;
  return whole(operandsOf(words, false).filter((word) => word !== words[archive]));
}

/** A move that takes something to where it is thrown away. */
function moveTargets(component: Component, world: Pick<PathWorld, 'temporary'>): readonly Target[] {
  const { words, directory } = component;
  const operands = operandsOf(words, false);
  const goal = targetDirectoryIn(words) ?? operands.at(-1);
  const path = goal === undefined ? null : joinPath(directory, goal.text);
  const isThrownAway =
    path === '/dev/null' ||
    world.temporary.some((place) => path !== null && (path === place || isBelow(path, place)));
  const sources = operands.filter((word) => word !== goal);
  return whole(isThrownAway ? sources : sources.filter((word) => isSystemDirectory(word, directory)));
}

/** Nothing that looks for `/etc` finds it under another name. */
function isSystemDirectory(word: Word, directory: string | null): boolean {
  const path = joinPath(directory, word.text) ?? '';
  return /^\/(?:(?:usr|var)\/)?(?:bin|sbin|lib\d*|etc|usr|var|boot|dev|home|root|opt|run|share|local|log|spool|srv|\*)?$/.test(
    path,
  );
}

/** `sed -i d FILE` leaves nothing. */
function blankedTargets({ words }: Component): readonly Target[] {
  const [script, ...files] = operandsOf(words, false);
  const isInPlace = words.some((word) => /^(?:-[a-zA-Z]*i|--in-place)/.test(word.text));
  return isInPlace && /^(?:\d*,?\$?)?d$/.test(script?.text ?? '') ? whole(files) : [];
}

/** `ex -sc '%d|x' FILE` leaves nothing. */
function emptiedInEditor({ words, hereText }: Component): readonly Target[] {
  const told = [hereText ?? '', ...words.slice(1).map((word) => word.text)].join('\n');
  if (!/(?:^|[\s+|:])(?:%|1,\$|0,\$|,)d(?:elete)?\b/.test(told)) return [];
  return whole(operandsOf(words, false).filter(({ text }) => !/^[+:]|%d|[|,]/.test(text)));
}

/** `zip -m` and `7z -sdel` take away what they have packed. */
function movedIntoArchive({ program, words }: Component): readonly Target[] {
  const isMoving = words.some(({ text }) =>
    (program === 'zip' ? /^(?:-[a-zA-Z]*m[a-zA-Z]*|--move)$/ : /^-sdel$/).test(text),
  );
  return isMoving ? whole(operandsOf(words, false).slice(program === 'zip' ? 1 : 2)) : [];
}

function copyTargets({ words }: Component): readonly Target[] {
  const [source, ...goals] = operandsOf(words, false);
  return source?.text === '/dev/null' ? whole(goals) : [];
}

function dumpTargets({ words }: Component): readonly Target[] {
  if (!words.some((word) => /^if=\/dev\/(?:zero|null|u?random)$/.test(word.text))) return [];
  const goals = words.filter((word) => word.text.startsWith('of=') && !word.text.startsWith('of=/dev/'));
  return whole(goals.map((word) => ({ ...word, text: word.text.slice(3) })));
}

function syncTargets({ words }: Component): readonly Target[] {
  const isMoving = words.some(({ text }) => text === '--remove-source-files');
  if (isMoving)
    return operandsOf(words, false)
      .slice(0, -1)
      .map((word) => ({ word, isWhole: true }));
  const isDeleting = words.some((word) => /^--del/.test(word.text));
  const isDry = words.some((word) => word.text === '--dry-run' || /^-[A-Za-z]*n/.test(word.text));
  const goal = operandsOf(words, false).at(-1);
  if (!isDeleting || isDry || goal === undefined || goal.text.includes(':')) return [];
  return [{ word: goal, isWhole: false }];
}

/** What is made equal to something else, and loses what is not there: `unison -force`, `robocopy /MIR`, `aws s3 sync --delete`. */
function mirroredTargets({ program, words }: Component): readonly Target[] {
  const isMirroring =
    program === 'rclone'
      ? words[1]?.text === 'sync'
      : words.some(({ text }) => /^-(?:force|d|prefer)$|^--delete$|^\/(?:mir|purge)$/i.test(text));
  if (!isMirroring) return [];
  const isLocal = ({ text }: Word): boolean => /^[/~.$]/.test(text) && !text.includes(':');
  const goals = operandsOf(words, false).filter(isLocal);
  return (program === 'unison' ? goals : goals.slice(-1)).map((word) => ({ word, isWhole: false }));
}

function cleanTargets({ words }: Component): readonly Target[] {
  const at = words.findIndex((word) => word.text === 'clean' || word.text === 'rm');
  if (words[at]?.text === 'rm' && !words.slice(0, at).some((word) => word.text === '-C')) return [];
  const before = words.slice(1, at);
  const after = words.slice(at + 1);
  const isForced = after.some((word) => /^-[a-zA-Z]*f|^--force$/.test(word.text));
  const isDry = after.some((word) => /^-[a-zA-Z]*n|^--dry-run$/.test(word.text));
  if (at < 1 || !isForced || isDry) return [];
  const given = before.findIndex((word) => word.text === '-C');
  const directory = given < 0 ? undefined : before[given + 1];
  return [{ word: directory ?? literalWord('.'), isWhole: false }];
}
