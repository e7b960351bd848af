import type { Decision } from '../protocol/decision.ts';
import { maxUnlinkedArguments } from '../system/stateTables.ts';
import type { VerdictCondition, VerdictQuestion } from '../system/stateTables.ts';

/**
 * On what condition a decision is the same for everybody; null when on none that the library can look at. Where it looked for links,
 * the library has to look again: on the way of every argument.
 */
export function conditionOf(
  { cwd, argv }: VerdictQuestion,
  { cacheable, unlinked }: Decision,
  directories: readonly string[],
): VerdictCondition | null {
  if (cacheable === true) return 'none';
  const words = argv.slice(1);
  if (unlinked === undefined || words.length > maxUnlinkedArguments || words.some(goesUp)) return null;
  const ways = [cwd, ...words.map((word) => pathFrom(cwd, word)), ...directories];
  return unlinked.every((path) => ways.some((way) => isOnWay(path, way))) ? 'unlinked' : null;
}

/** What stands behind `..` depends on where links lead. */
function goesUp(word: string): boolean {
  return /(?:^|\/)\.\.(?:\/|$)/.test(word);
}

/** Nearly no path has any of it. */
const roundabout = /\/(?:\.?\/|\.?$)/;

/** Without `.` and doubled slashes, as policies name paths. */
function pathFrom(cwd: string, word: string): string {
  const path = word.startsWith('/') ? word : `${cwd}/${word}`;
  if (!roundabout.test(path)) return path;
  const parts = path.split('/');
  return `/${parts.filter((part) => part !== '' && part !== '.').join('/')}`;
}

/** Whether a path is another one or one of the directories above it. */
function isOnWay(path: string, way: string): boolean {
  return path === way || path === '/' || way.startsWith(`${path}/`);
}
