import type { Component } from './component.ts';
import { isTakingSecrets, isUsingService } from './inlineCode.ts';
import { isInterpreter } from './programs.ts';
import { databaseClients, keepers, plainPrograms, publishers, weakDeletions } from './operationPrograms.ts';
import { isChange } from './lookingVerbs.ts';
import { emptiesData } from './sqlText.ts';
import { valueOptionsOf } from './valueOptions.ts';

/** What a tool with sub-commands is asked to do with things that it keeps elsewhere. */
export type Operation = 'delete' | 'empty' | 'reveal' | 'publish' | 'change';

/** Every name that `operation` takes. */
export const operations: readonly Operation[] = ['delete', 'empty', 'reveal', 'publish', 'change'];

/** How many operands may stand before the verb, and for a program that is not known. */
const maxVerbPlace = 5;
const maxUnknownVerbPlace = 2;

const deletionVerb =
  /^(?:(?:[\w-]+[:.])?(?:delete|destroy|terminate|purge|wipe|erase|nuke|undefine|deregister|expunge|unregister|obliterate|remove-all|delete-all|rmi?-all|factory[-_]?reset)(?:[-_:]\w[\w-]*)?|schedule-[\w-]*deletion|[a-z][\w-]*[-:](?:delete|destroy|purge)(?:-[\w-]+)?)$/i;

const deletionOption =
  /^--(?:delete|destroy|purge|wipe|erase|delete-all|remove-all-storage|zap-all|zap|unregistervm)$/;

const secretName =
  /(?:^|[-_:./])(?:tokens?|passwords?|passwd|secrets?|credentials?|creds|private[-_]?keys?|api[-_]?keys?|access[-_]?keys?|secret[-_]?keys?|signing[-_]?keys?|_?auth[-_]?token|login-command|mnemonic|kubeconfig|root-?ca|seed-?phrase)(?:$|[-_:./=])/i;
const revealVerb =
  /^(?:(?:get|print|show|read|view|export|dump|reveal|display|cat|access|download|fetch|pull|decrypt|list-?keys|generate|create|issue|new|mint|output)(?:[-_:].*)?|[\w-]+[:.](?:get|show|read|reveal|export))$/;
const revealOption =
  /^--(?:with-decryption|show-secrets?|show-values|show-passwords?|reveal|with-secrets?|include-secrets?|raw-secrets?|decrypt|show-token|unmask(?:ed)?|plaintext|show-sensitive)$/;

const publishVerb = /^(?:[\w.-]+[:.])?(?:publish|unpublish|yank)(?:[:-]\w+)?$/;

const none: ReadonlySet<Operation> = new Set();

/**
 * What a command asks for, by the verbs among its first operands; `text` is the command with what it is given to read. A dry run
 * asks for nothing, nor does a program of the project itself: what that starts is asked about in turn.
 */
export function readOperations(
  component: Component,
  text: () => string,
  line: string,
): ReadonlySet<Operation> {
  const { program } = component;
  if (databaseClients.has(program) || isQuerying(component))
    return emptiesData(component, text()) ? new Set<Operation>(['empty']) : none;
  if (isTakingOut(component)) return new Set<Operation>(['reveal']);
  if (isDeletingRemotely(component)) return new Set<Operation>(['delete']);
  if (isWithoutOperations(component)) return none;
  const asked = sort(component);
  return isOnlyAsked(asked) ? none : operationsOf(component, asked, line);
}

/** Code that takes passwords out of where the person keeps them. */
function isTakingOut(component: Component): boolean {
  const code = isInterpreter(component.program) ? component.code : null;
  return code !== null && isTakingSecrets(code);
}

/** Code that tells a service elsewhere, through its library, to delete or stop something. */
function isDeletingRemotely(component: Component): boolean {
  const code = isInterpreter(component.program) ? component.code : null;
  return code !== null && isUsingService(code);
}

/** A program that is named from the directory in which it lies. */
function isOwnProgram(name: string): boolean {
  return name.startsWith('.') || name.indexOf('/') > 0;
}

function isWithoutOperations({ program, words }: Component): boolean {
  if (isOwnProgram(words[0]?.text ?? '')) return true;
  if (publishers.has(program)) return false;
  return words.length < 2 || plainPrograms.has(program) || isInterpreter(program);
}

/** A dry run, or the question whether one may: `kubectl auth can-i delete pods`. */
function isOnlyAsked({ operands, options }: Asked): boolean {
  return (
    options.some((option) => dryRun.test(option)) || operands.includes('can-i') || operands.at(-1) === 'help'
  );
}

const dryRun = /^--?(?:dry-?run|what-?if|check|plan|help|h)(?:=(?!none|false)|$)/;

function operationsOf(
  component: Component,
  { operands, plain, options }: Asked,
  line: string,
): ReadonlySet<Operation> {
  const { program } = component;
  const found = new Set<Operation>();
  const isKnown = keepers.has(program);
  const verbs = operands.slice(0, isKnown ? maxVerbPlace : maxUnknownVerbPlace);
  const sure = isKnown ? plain.slice(0, maxVerbPlace) : [];
  if (isDeletion(verbs, sure, options)) found.add('delete');
  // What goes straight into a login is not shown.
  const isShown = program !== 'kubectl' && !isSilenced(component) && !line.includes('--password-stdin');
  if (isShown && isRevealing(operands.slice(0, maxVerbPlace), options)) found.add('reveal');
  if (isPublishing(program, operands) && !options.includes('--snapshot')) found.add('publish');
  if (isChange(program, operands, options)) found.add('change');
  return found;
}

function isPublishing(program: string, operands: readonly string[]): boolean {
  return (
    operands.slice(0, maxUnknownVerbPlace).some((verb) => publishVerb.test(verb)) ||
    publishers.get(program)?.test(operands.join(' ')) === true
  );
}

/** Nobody sees what goes to `/dev/null`. */
function isSilenced({ redirections }: Component): boolean {
  return redirections.some(
    ({ operator, target }) => /^(?:&?>|>\|)$/.test(operator) && target.text === '/dev/null',
  );
}

/** Code that an interpreter is given and that asks a database. */
function isQuerying(component: Component): boolean {
  const code = isInterpreter(component.program) ? component.code : null;
  return (
    code !== null && /\b(?:execute\w*|query|cursor|raw|exec|run|connect|collection|drop\w*)\s*\(/i.test(code)
  );
}

/** `sure` is what a tool that keeps things is told for certain; such a tool deletes with more verbs than others. */
function isDeletion(verbs: readonly string[], sure: readonly string[], options: readonly string[]): boolean {
  if (verbs.some((verb) => deletionVerb.test(verb))) return true;
  return (
    sure.some((verb) => weakDeletions.has(verb)) ||
    (sure.length > 0 && options.some((option) => deletionOption.test(option)))
  );
}

function isRevealing(operands: readonly string[], options: readonly string[]): boolean {
  if (options.some((option) => revealOption.test(option))) return true;
  const at = operands.findIndex((operand) => revealVerb.test(operand));
  return at >= 0 && operands.slice(0, at + 2).some((operand) => secretName.test(operand));
}

interface Asked {
  readonly operands: readonly string[];
  /** Those that are surely no value of the option before them. */
  readonly plain: readonly string[];
  readonly options: readonly string[];
}

/** Options, and operands without the values of options. */
function sort({ program, words }: Component): Asked {
  const values = valueOptionsOf(program);
  const texts = words.map((word) => word.text);
  const isValue = (at: number): boolean =>
    values.has(texts[at - 1] ?? '') && !values.has(texts[at - 2] ?? '');
  const indices = texts.map((_text, at) => at).filter((at) => at > 0 && !isValue(at));
  const isOption = (at: number): boolean =>
    (texts[at] ?? '').length > 1 && texts[at]?.startsWith('-') === true;
  const operands = indices.filter((at) => !isOption(at));
  // The word behind an option that is not known may be its value.
  const isSure = (at: number): boolean => !/^-[^=]+$/.test(texts[at - 1] ?? '') || isValue(at - 1);
  const textsOf = (chosen: readonly number[]): readonly string[] => chosen.map((at) => texts[at] ?? '');
  return {
    operands: textsOf(operands),
    plain: textsOf(operands.filter(isSure)),
    options: textsOf(indices.filter(isOption)),
  };
}
