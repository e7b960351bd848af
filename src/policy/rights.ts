import type { Component } from './component.ts';
import type { Deletion } from './deletion.ts';
import { readFindLaunches, readFindScope } from './findCommand.ts';
import { programOf } from './readLaunches.ts';
import type { Word } from './shellScript.ts';

/** Programs that change who may use a file; the first operand of most says how. */
const changers: ReadonlySet<string> = new Set([
  'chmod',
  'chown',
  'chgrp',
  'setfacl',
  'chattr',
  'chcon',
  'icacls',
]);

/** The things whose permissions, owner or attributes a command changes. */
export function readRights(component: Component): readonly Deletion[] {
  if (component.isElsewhere) return [];
  return targetsOf(component).map((word) => ({
    path: word.text,
    directory: component.directory,
    isKnown: word.isKnown,
    isWhole: true,
  }));
}

function targetsOf({ program, words }: Component): readonly Word[] {
  if (program === 'find') {
    const isChanging = readFindLaunches(words).some((launch) => launch.words.some(isChanger));
    return isChanging ? readFindScope(words).roots : [];
  }
  if (!changers.has(program)) return [];
  const operands = words.slice(1).filter((word) => !word.text.startsWith('-') && !word.text.includes('{}'));
  const isByReference = words.some((word) => word.text.startsWith('--reference'));
  // `chmod -x FILE` and `setfacl -b FILE` have no operand that says how.
  const isInOption = words.some((word) => /^-[rwxXst]+$/.test(word.text)) && program === 'chmod';
  return isByReference || isInOption || program === 'setfacl' ? operands : operands.slice(1);
}

/** Whether a word of what find starts says that it changes them: behind launchers or not, or in the text of a shell. */
function isChanger(word: Word): boolean {
  return (
    changers.has(programOf(word)) || /(?:^|[\s;&|/(])(?:chmod|chown|chgrp|setfacl|chattr)\s/.test(word.text)
  );
}
