import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { addRule, allowanceName, exactPattern, removeRule } from '../policy/editPolicyFile.ts';
import type { WrittenRule } from '../policy/editPolicyFile.ts';
import { explain } from '../policy/explain.ts';
import { isPermitted } from '../protocol/decision.ts';
import { changeFile, readOrEmpty } from '../system/changeFile.ts';
import { say } from './command.ts';
import type { TypedCommand } from './execQuestion.ts';
import { createExecQuestion } from './execQuestion.ts';
import { exitStatus } from './exitStatus.ts';
import { formatRule } from './formatExplanation.ts';
import { handPlace, projectBlockPlace } from './ownRules.ts';
import type { RulePlace } from './ownRules.ts';
import type { Permission } from './permission.ts';
import { tellEndpoint } from './permission.ts';
import { loadChosenPolicy } from './policyOptions.ts';
import type { RuleChange } from './ruleChange.ts';

/** A rule that a person asked for. */
export interface NewRule {
  readonly action: 'allow' | 'deny';
  readonly tool: string;
  /** The command that it is about; null for a pattern. */
  readonly command: TypedCommand | null;
  /** The pattern, or the command's text. */
  readonly pattern: string;
  readonly message: string | null;
  /** Milliseconds; null for good. */
  readonly lastsMs: number | null;
  readonly isOnce: boolean;
  readonly isProject: boolean;
}

/** Writes a rule and tells the endpoint. Nothing is written that would have no effect. Gives the exit status. */
export async function writeOwnRule(
  wanted: NewRule,
  permission: Permission,
  writing: RuleChange,
): Promise<number> {
  const { context, choice } = writing;
  const written = createRule(wanted);
  const place = await choosePlace(wanted, written, writing);
  if (!place.ok) return fail(place.error, writing);
  const { file, policy, origin } = place.value;
  const change = (text: string): Result<string, string> => putRule(text, place.value, written);
  const draft = change(readOrEmpty(file));
  if (!draft.ok) return fail(`${file}: ${draft.error}`, writing);
  if (wanted.action === 'allow' && wanted.command !== null && wanted.tool === 'exec') {
    const useless = await findDenial(wanted.command, { file, text: draft.value, origin }, writing);
    if (useless !== null) return fail(useless, writing);
  }
  const changed = changeFile(file, change);
  if (!changed.ok) return fail(changed.error, writing);
  const isTold = await tellEndpoint(permission, context);
  context.output.out(
    writing.isJson
      ? `${JSON.stringify({ action: written.action, tool: written.tool, pattern: written.pattern, file, policy, expires_at: written.expiresAt, once: written.isOnce })}\n`
      : formatDone(written, wanted, place.value),
  );
  // A pattern may reach further than the words of one who typed it.
  if (wanted.command === null && written.pattern === '*')
    say(context, `\`*\` is every command in ${choice.cwd} and elsewhere`);
  return isTold ? exitStatus.done : exitStatus.failed;
}

function createRule({ action, tool, command, pattern, message, lastsMs, isOnce }: NewRule): WrittenRule {
  const now = Date.now();
  return {
    action,
    tool,
    pattern: command === null ? pattern : exactPattern(pattern),
    message:
      message ?? (action === 'deny' ? 'blocked by hand; ask the person before you try another way' : null),
    expiresAt: lastsMs === null ? null : new Date(now + lastsMs).toISOString(),
    isOnce,
    added: new Date(now).toISOString(),
  };
}

async function choosePlace(
  wanted: NewRule,
  { tool, pattern }: WrittenRule,
  { choice, context }: RuleChange,
): Promise<Result<RulePlace, string>> {
  if (choice.home === null) return failure('no home directory is known: set HOME');
  if (!wanted.isProject) return success(handPlace(choice.home, wanted.action, allowanceName(tool, pattern)));
  const policy = await loadChosenPolicy(choice, context);
  if (!policy.ok) return policy;
  const { workspace } = policy.value;
  return workspace === null
    ? failure(`${choice.cwd} is in no workspace: leave out --project, or name a directory with --cwd`)
    : success(projectBlockPlace(workspace));
}

/** The same rule is written anew, so that an older one does not outlive it. */
function putRule(text: string, { policy, origin }: RulePlace, rule: WrittenRule): Result<string, string> {
  const before = origin === 'user' ? removeRule(text, policy, 0) : null;
  return addRule(before?.ok === true ? before.value : text, policy, rule);
}

/** Why a command would stay refused with a rule that allows it; null when it would not. */
async function findDenial(
  command: TypedCommand,
  draft: { readonly file: string; readonly text: string; readonly origin: RulePlace['origin'] },
  { choice, context }: RuleChange,
): Promise<string | null> {
  const policy = await loadChosenPolicy({ ...choice, drafts: [draft] }, context);
  if (!policy.ok) return policy.error;
  const request = createExecQuestion(command, 'agent', choice.cwd);
  const { decision, remedies } = explain(policy.value.set, request, policy.value.world);
  if (isPermitted(decision.action)) return null;
  const by = decision.rule === null ? 'the default' : `rule ${formatRule(decision.rule)}`;
  const instead = remedies.filter((remedy) => !remedy.startsWith('rampart allow'));
  return [
    `nothing was written: ${by} says ${decision.action}, which wins over what is allowed`,
    ...(instead.length === 0 ? [] : [`; instead ${instead.join(', or ')}`]),
  ].join('');
}

function formatDone(written: WrittenRule, { command, pattern }: NewRule, { file }: RulePlace): string {
  const word = written.action === 'allow' ? 'allowed' : 'blocked';
  const limits = [
    ...(written.expiresAt === null ? [] : [`until ${written.expiresAt}`]),
    ...(written.isOnce ? ['once'] : []),
  ];
  const isLiteral = command !== null && written.pattern !== pattern;
  return [
    `${word} ${limits.length === 0 ? '' : `${limits.join(', ')} `}\`${pattern}\`, in ${file}`,
    ...(isLiteral ? ['its `*`, `?` and `[` are taken as they stand; --pattern makes a pattern of them'] : []),
    '',
  ].join('\n');
}

function fail(message: string, { context }: RuleChange): number {
  say(context, message);
  return exitStatus.failed;
}
