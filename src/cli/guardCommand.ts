import { installationPlace } from '../client/installation.ts';
import { armEnvironment } from '../client/preloadEnvironment.ts';
import type { ByteText } from '../protocol/byteText.ts';
import { formatCommandText } from '../protocol/commandText.ts';
import type { ExecCall } from '../protocol/commandText.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { isCutInQuestion } from '../protocol/preflightBody.ts';
import { foreignNotice, formatRefusalLine, tooLongNotice } from '../protocol/refusalLine.ts';
import { homeDirectory, isAnothers } from '../system/stateDirectory.ts';
import { askAboutRoot } from './askAboutRoot.ts';
import type { RootCommand, RootVerdict } from './askAboutRoot.ts';
import { becomeProgram } from './becomeProgram.ts';
import type { StartFailure } from './becomeProgram.ts';
import { say } from './command.ts';
import type { CommandContext } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { findLibrary } from './findLibrary.ts';
import { findOuterGuard } from './outerGuard.ts';
import type { OuterGuard } from './outerGuard.ts';
import type { PreloadPlan } from './preloadPlan.ts';
import { reachEndpoint } from './reachEndpoint.ts';

/** Everything that starting the root command depends on. */
interface Start {
  readonly root: RootCommand;
  readonly plan: PreloadPlan;
  readonly context: CommandContext;
  /** The guard that this process stands under already; null when there is none. */
  readonly outer: OuterGuard | null;
}

/** Asks about a command and becomes it, under guard. Gives the exit status when that does not come to pass. */
export async function guardCommand(
  root: RootCommand,
  plan: PreloadPlan,
  context: CommandContext,
): Promise<number> {
  const start: Start = { root, plan, context, outer: findOuterGuard(plan.target.url, context) };
  const library = locateLibrary(start);
  if (!library.ok) return failOwn(context, library.error);
  const verdict = await seekVerdict(start);
  if (verdict.kind === 'refuse') return refuse(start, verdict.notice);
  if (verdict.kind === 'unanswered') {
    if (plan.mode === 'enforce' && !plan.failOpen) return failOwn(context, verdict.reason);
    if (plan.mode === 'enforce' && isCutInQuestion(callOf(root))) return refuse(start, tooLongNotice);
    say(context, `${verdict.reason}: the command runs unchecked`);
  }
  warnOfGaps(start);
  return becomeRoot(start, arm(start, library.value));
}

/** Under an outer guard the library is in place, and keeps itself there. */
function locateLibrary({
  outer,
  context,
}: Start): ReturnType<typeof findLibrary> | { ok: true; value: null } {
  if (outer !== null) return { ok: true, value: null };
  const home = homeDirectory(context.environment['HOME']) ?? '/';
  return findLibrary(context.bundleFolder, installationPlace(home));
}

async function seekVerdict({ root, plan, context, outer }: Start): Promise<RootVerdict> {
  const { address } = plan.target;
  if (plan.mode === 'enforce' && address.kind === 'socket' && isAnothers(address.path, context.user))
    return { kind: 'refuse', notice: foreignNotice };
  const client = await reachEndpoint(plan, outer, context);
  if (!client.ok) return { kind: 'unanswered', reason: client.error };
  // The outer guard asks the same endpoint when the command is started.
  if (plan.mode === 'disabled' || outer?.isSame === true) return { kind: 'run' };
  return askAboutRoot(client.value, root, plan, context);
}

function warnOfGaps({ root, context, outer }: Start): void {
  if (!root.isGuardable) {
    const reason = 'static, foreign or privileged';
    say(
      context,
      `the library cannot be loaded into \`${root.path}\` (${reason}): what it starts is not guarded`,
    );
  }
  if (outer?.isSame === false) {
    say(context, `this shell is guarded already: what the command starts is asked about at ${outer.url}`);
  }
}

function arm({ plan, context }: Start, library: string | null): readonly ByteText[] {
  const environment: Record<string, ByteText> = {};
  for (const entry of context.environmentBytes) {
    const equals = entry.indexOf('=');
    if (equals > 0) environment[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  const settings = {
    library: library === null ? null : toBytes(library),
    url: toBytes(plan.target.url),
    session: toBytes(plan.session),
    ...(plan.givenMode === undefined ? {} : { mode: plan.givenMode }),
    ...(plan.givenFailOpen === undefined ? {} : { failOpen: plan.givenFailOpen }),
    // A name, be it nobody's, has the tree asked about in a terminal that is left alone, too.
    ...(plan.givenAgent === undefined && (environment['RAMPART_AGENT'] ?? '') !== ''
      ? {}
      : { agent: toBytes(plan.givenAgent ?? defaultAgent) }),
    ...(plan.debug ? { debug: true } : {}),
  };
  const armed = armEnvironment(environment, settings, process.platform);
  return Object.entries(armed).map(([name, value]) => `${name}=${value}`);
}

/** A file without `#!` that is no program is shell text, as `execvp` has it. */
async function becomeRoot(start: Start, environment: readonly ByteText[]): Promise<number> {
  const { root, context } = start;
  const path = toBytes(root.path);
  const outcome = await becomeProgram({ path, argv: root.argv, environment }, context);
  if (outcome.ok) return outcome.value;
  if (outcome.error.code !== 'ENOEXEC') return tellFailure(start, outcome.error);
  const argv = ['sh', path, ...root.argv.slice(1)];
  const shell = await becomeProgram({ path: '/bin/sh', argv, environment }, context);
  return shell.ok ? shell.value : tellFailure(start, shell.error);
}

function tellFailure({ root, context, outer }: Start, problem: StartFailure): number {
  // The outer guard has said why.
  const isRefused = problem.code === 'EPERM' && outer !== null;
  if (!isRefused) say(context, `\`${root.path}\` cannot be run: ${problem.message}`);
  return problem.code === 'ENOENT' ? exitStatus.notFound : exitStatus.denied;
}

function refuse({ root, context }: Start, notice: ByteText): number {
  const command = formatCommandText(callOf(root));
  if (context.environment['RAMPART_QUIET'] !== '1') {
    context.output.err(Buffer.from(formatRefusalLine(command, notice), 'latin1'));
  }
  return exitStatus.denied;
}

function callOf({ path, argv }: RootCommand): ExecCall {
  return { door: 'preload', path: toBytes(path), argv };
}

function failOwn(context: CommandContext, message: string): number {
  say(context, message);
  return exitStatus.ownFailure;
}

function toBytes(text: string): ByteText {
  return Buffer.from(text).toString('latin1');
}
