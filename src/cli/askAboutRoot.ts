import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { EndpointClient, PreflightAnswer } from '../client/endpointClient.ts';
import type { ClientFailure } from '../client/httpExchange.ts';
import type { Result } from '../base/result.ts';
import type { ByteText } from '../protocol/byteText.ts';
import { defaultAgent, findAgentMarkers } from '../protocol/environment.ts';
import { formatPreflightBody } from '../protocol/preflightBody.ts';
import { unreadableNotice } from '../protocol/refusalLine.ts';
import type { CommandContext } from './command.ts';
import type { PreloadPlan } from './preloadPlan.ts';

/** The command that a guarded tree begins with. */
export interface RootCommand {
  /** As it was typed; bytes. */
  readonly argv: readonly ByteText[];
  /** What `execvp` starts for it. */
  readonly path: string;
  readonly isGuardable: boolean;
}

/** What is to be done with a root command. */
export type RootVerdict =
  | { readonly kind: 'run' }
  /** `notice` is what the refusal line says behind the command; bytes. */
  | { readonly kind: 'refuse'; readonly notice: ByteText }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** Asks an endpoint about the root command, which no library can ask about. */
export async function askAboutRoot(
  client: EndpointClient,
  root: RootCommand,
  plan: PreloadPlan,
  context: CommandContext,
): Promise<RootVerdict> {
  const stat = context.processes.stat(process.pid);
  const body = formatPreflightBody({
    agent: toBytes(plan.givenAgent ?? notEmpty(context.environment['RAMPART_AGENT']) ?? defaultAgent),
    session: toBytes(plan.session),
    enforce: plan.mode !== 'monitor',
    id: randomBytes(16).toString('hex'),
    path: toBytes(root.path),
    argv: root.argv,
    exe: toBytes(resolve(context.cwd, root.path)),
    cwd: toBytes(context.cwd),
    pid: process.pid,
    ppid: process.ppid,
    sid: stat?.session ?? 0,
    door: 'preload',
    markers: findAgentMarkers(context.environment),
    guardable: root.isGuardable,
  });
  return judge(await client.preflight('exec', Buffer.from(body, 'latin1')), plan);
}

/** What an outcome means: the table of docs/protocol.md, section 4. */
function judge(outcome: Result<PreflightAnswer, ClientFailure>, plan: PreloadPlan): RootVerdict {
  if (outcome.ok)
    return outcome.value.allowed || plan.mode !== 'enforce' ? { kind: 'run' } : refusalOf(outcome.value);
  const { code, message } = outcome.error;
  if (code === 'unreachable' || code === 'timeout' || code === 'unavailable') {
    return { kind: 'unanswered', reason: message };
  }
  return plan.mode === 'enforce' ? { kind: 'refuse', notice: unreadableNotice } : { kind: 'run' };
}

function refusalOf({ notice, message }: PreflightAnswer): RootVerdict {
  return { kind: 'refuse', notice: toBytes(notice ?? (message === '' ? '' : `: ${message}`)) };
}

function toBytes(text: string): ByteText {
  return Buffer.from(text).toString('latin1');
}

function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
