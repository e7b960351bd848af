import { basename, posix } from 'node:path';
import type { EvaluationWorld } from '../policy/evaluationWorld.ts';
import type { PolicySet } from '../policy/policySet.ts';
import { formatCommandText } from '../protocol/commandText.ts';
import { commonName, namesCompilerFile, withCommonName } from '../protocol/compilerFiles.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';

/** What a judgement looks at of the machine. */
type World = Pick<EvaluationWorld, 'temporary' | 'realpath'>;

/** A question as it is judged. */
export interface NamedAlike<Seen extends World> {
  readonly request: ExecRequest;
  readonly world: Seen;
  /** Whether every question with the same hash is judged like this one. */
  readonly isForAll: boolean;
}

/** The programs that a compiler runs one after the other, each on the files of the one before. */
const stage = /^(?:[\w.]+-)*(?:cc1(?:plus|obj|objplus)?|lto1|lto-wrapper|collect2|as|ld(?:\.\w+)?)$/;

/** The most words of a question in which files are renamed; one with more is longer than any that the library hashes. */
const maxWords = 4_096;

/**
 * Gives the files that a compiler needs for a moment one name, so that what is decided about one of its programs follows from
 * what the library hashes. Nothing is renamed where a rule speaks of such files, where one lies elsewhere than among temporary
 * files, or where it is not a program of a compiler that is given them.
 */
export function nameAlike<Seen extends World>(
  request: ExecRequest,
  set: Pick<PolicySet, 'namesCompilerFiles'>,
  world: Seen,
): NamedAlike<Seen> {
  const words = request.argv ?? [];
  if (words.length > maxWords) return { request, world, isForAll: false };
  const named = words.filter(namesCompilerFile);
  if (named.length === 0) return { request, world, isForAll: true };
  const isCommon =
    !set.namesCompilerFiles &&
    isOfStage(request, words) &&
    named.every((word) => isTemporary(word, world.temporary)) &&
    ![request.cwd ?? '', ...words].some((text) => text.includes(commonName) && !namesCompilerFile(text));
  if (!isCommon) return { request, world, isForAll: false };
  const argv = words.map(withCommonName);
  const [path = ''] = argv;
  const command = formatCommandText({ door: request.door ?? '', path, argv });
  const realpath = followAll(named.map(lastComponent), world);
  return { request: { ...request, argv, command }, world: { ...world, realpath }, isForAll: true };
}

/** Whether a program of a compiler starts, with a command text that is its arguments. */
function isOfStage({ door, exe, command, truncated }: ExecRequest, words: readonly string[]): boolean {
  const [path = ''] = words;
  if (door === null || exe === null || truncated) return false;
  const isNamed = [exe, path].every((name) => stage.test(basename(name)));
  return isNamed && command === formatCommandText({ door, path, argv: words });
}

/** Whether a word is the path of a file in a temporary directory, be it behind the name of an option. */
function isTemporary(word: string, temporary: readonly string[]): boolean {
  const path = /^(?:-[^/]*=)?(\/.*)$/s.exec(word)?.[1];
  if (path === undefined || posix.normalize(path) !== path) return false;
  const folder = posix.dirname(path);
  return (
    !folder.split('/').some((part) => namesCompilerFile(`/${part}`)) &&
    temporary.some((directory) => folder === directory || folder.startsWith(`${directory}/`))
  );
}

function lastComponent(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** A link behind any of the names is one behind the common name. */
function followAll(names: readonly string[], world: World): World['realpath'] {
  const pairs = names.map((name) => ({ name, common: withCommonName(`/${name}`).slice(1) }));
  return (path) => {
    const parts = path.split('/');
    const meant = pairs.filter(({ common }) => parts.includes(common));
    if (meant.length === 0) return world.realpath(path);
    for (const { name, common } of meant) {
      const own = parts.map((part) => (part === common ? name : part)).join('/');
      const real = world.realpath(own);
      if (real !== own) return real;
    }
    return path;
  };
}
