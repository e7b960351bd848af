import { messageOf } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { success } from '../base/result.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { EvaluationWorld } from '../policy/evaluationWorld.ts';
import { explain, type Explanation } from '../policy/explain.ts';
import type { PolicySet } from '../policy/policySet.ts';
import { namedCommands } from '../policy/namedCommands.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Mode } from '../protocol/mode.ts';
import type { Actor } from '../protocol/session.ts';
import type { Asking, Settlement } from './asking.ts';
import type { Asker, Attribution } from './attribution.ts';
import { recordOfDecision } from './auditEntry.ts';
import type { CallCounts } from './callCounts.ts';
import type { Asked } from './exchange.ts';
import type { Foresight } from './foresight.ts';
import type { HeldRecords } from './heldRecords.ts';
import type { KnownJudgements } from './knownJudgements.ts';
import { nameAlike } from './nameAlike.ts';
import type { NamedAlike } from './nameAlike.ts';
import { approvalHints, formatNotice } from './notice.ts';
import type { PolicyStore } from './policyStore.ts';
import type { PreflightAnswer } from './preflightAnswer.ts';
import type { Recorder } from './recorder.ts';
import type { RepeatedQuestions } from './repeatedQuestions.ts';
import type { SessionStore } from './sessions.ts';
import { combineDecisions } from './upstream/combine.ts';
import type { UpstreamDecider } from './upstream/createUpstream.ts';
import { useUpRule } from './useUpRule.ts';
import type { Programs } from './programs.ts';
import type { Verdicts } from './verdicts.ts';

/** What a decision is made of. */
export interface Deciders {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new record id: 32 lower-case hex digits. */
  readonly createId: () => string;
  readonly mode: () => Mode;
  readonly policy: PolicyStore;
  readonly sessions: SessionStore;
  readonly attribution: Attribution;
  readonly counts: CallCounts;
  readonly repeated: RepeatedQuestions;
  readonly asking: Asking;
  readonly verdicts: Verdicts;
  readonly judgements: KnownJudgements;
  readonly foresight: Foresight;
  readonly programs: Programs;
  /** Null without an upstream. */
  readonly upstream: UpstreamDecider | null;
  readonly recorder: Recorder;
  /** For records of which it is not known yet whether they belong into the log. */
  readonly held: HeldRecords;
  /** The workspace of a command that runs in a directory. */
  readonly workspaceOf: (cwd: string | null) => string | null;
  readonly world: Required<Omit<EvaluationWorld, 'workspace'>>;
}

/**
 * Decides, lets persons speak where the policy leaves it to them, records, answers: in this order, so that no answered
 * question is missing from the log. A promise only where the asker is held or an upstream is asked.
 */
export function decide(
  question: ExecRequest,
  deciders: Deciders,
  asked: Asked,
): PreflightAnswer | Promise<PreflightAnswer> {
  const mode = deciders.mode();
  if (mode === 'disabled') return formatUnaskedAnswer(question, 'the mode is disabled');
  const { actor, agent, isWatched } = deciders.attribution.identify(question, asked.peer);
  if (!isWatched) return formatUnaskedAnswer(question, unwatchedMessage);
  const request = nameAgent(question, agent);
  if (request.exe !== null) deciders.programs.note(request.exe);
  const given = deciders.repeated.find(request, mode, deciders.policy.generation);
  // The line was written and the record made when the same was asked a moment ago.
  if (given !== null) return { ...given, notice: '' };
  // Before the judgement: a rule on the third call speaks at the third call.
  if (request.enforce) deciders.counts.add(request.tool);
  const isBinding = mode === 'enforce' && request.enforce;
  const watched = { request, asked, mode, isBinding, id: request.id ?? deciders.createId(), actor };
  const { upstream } = deciders;
  return upstream === null || asked.isForwarded
    ? decideAlone(watched, deciders)
    : decideTogether(watched, upstream, deciders);
}

const unwatchedMessage = 'nobody is asked about what a person starts here';

/** Whose token was shown is its agent, whatever else looks like one. */
function nameAgent(question: ExecRequest, agent: string): ExecRequest {
  const isNamed = agent === question.agent || question.credential !== undefined;
  return isNamed ? question : { ...question, agent };
}

interface WatchedQuestion {
  readonly request: ExecRequest;
  readonly asked: Asked;
  readonly mode: Mode;
  /** Whether the decision is carried out. */
  readonly isBinding: boolean;
  readonly id: string;
  /** Null while it is not known who asks. */
  readonly actor: Actor | null;
}

function decideAlone(
  question: WatchedQuestion,
  deciders: Deciders,
): PreflightAnswer | Promise<PreflightAnswer> {
  const { request, asked, isBinding } = question;
  const started = performance.now();
  const decision = isBinding ? judgeForGood(request, deciders) : judge(request, deciders);
  const evaluationTimeUs = microsecondsSince(started);
  if (asked.isExact && noteGrounded(request, decision, deciders)) foresee(request, deciders);
  return settle(question, { decision, evaluationTimeUs }, deciders);
}

/**
 * Puts a decision that holds for everybody into the verdict table, or remembers it where the library has to ask each time.
 * Whether it is one.
 */
function noteGrounded(request: ExecRequest, decision: Decision, deciders: Deciders): boolean {
  if (decision.cacheable !== true && decision.unlinked === undefined) return false;
  const { verdicts, judgements, policy } = deciders;
  const question = readQuestion(request, deciders);
  if (!question.isForAll) return false;
  if (!verdicts.note(question.request, decision, policy.set)) judgements.note(question, decision);
  return true;
}

/** What will probably be asked next is judged before. */
function foresee(request: ExecRequest, deciders: Deciders): void {
  deciders.foresight.note(request, (next) => {
    if (!deciders.verdicts.has(next)) noteGrounded(next, judge(next, deciders), deciders);
  });
}

/** What we do not refuse ourselves the upstream may refuse; as it may do so at any time, nothing gets a verdict. */
async function decideTogether(
  question: WatchedQuestion,
  upstream: UpstreamDecider,
  deciders: Deciders,
): Promise<PreflightAnswer> {
  const { request, isBinding, id } = question;
  const started = performance.now();
  const own = judge(request, deciders);
  const evaluationTimeUs = microsecondsSince(started);
  if (own.action !== 'ask' && !isPermitted(own.action)) {
    return settle(question, { decision: own, evaluationTimeUs }, deciders);
  }
  const word = await upstream.consult(request, id, isBinding);
  const combined = combineDecisions(own, word);
  const isCarriedOut = isBinding && isPermitted(combined.action);
  const decision = isCarriedOut ? combineDecisions(judgeForGood(request, deciders), word) : combined;
  return settle(question, { decision, evaluationTimeUs }, deciders);
}

function microsecondsSince(started: number): number {
  return Math.round((performance.now() - started) * 1_000);
}

/** Lets persons speak where it is carried out, then records and answers. */
function settle(
  question: WatchedQuestion,
  judged: Judged,
  deciders: Deciders,
): PreflightAnswer | Promise<PreflightAnswer> {
  const { request, asked, mode, isBinding, id, actor } = question;
  const { decision, evaluationTimeUs } = judged;
  const decided = { request, mode, id, actor, decision, evaluationTimeUs };
  if (!isBinding) return finish(decided, { kind: 'decided' }, deciders);
  const settlement = deciders.asking.consider({
    request,
    decision: judged.decision,
    id,
    asked,
    mayPrompt: actor !== null,
  });
  if (!(settlement instanceof Promise) && settlement.kind === 'early') {
    const held = holdEarly(question, judged, deciders);
    if (held !== null) return held;
    // No person's word would have changed it.
    if (judged.decision.action !== 'ask') return finish(decided, { kind: 'decided' }, deciders);
  }
  return settlement instanceof Promise
    ? settlement.then((settled) => finish(decided, settled, deciders))
    : finish(decided, settlement, deciders);
}

/** The same when it is known whose session it is; null where that cannot be waited for. */
function holdEarly(
  question: WatchedQuestion,
  judged: Judged,
  deciders: Deciders,
): Promise<PreflightAnswer> | null {
  const { request, asked } = question;
  const peer = asked.peer();
  const identify = (): Asker => deciders.attribution.identify(request, () => peer);
  const known = deciders.asking.holdEarly(request, asked.wait, () => identify().actor !== null);
  if (known === null) return null;
  return known.then(() => {
    const { actor, agent, isWatched } = identify();
    if (!isWatched) return formatUnaskedAnswer(request, unwatchedMessage);
    // Who left before anybody told of the session is not held once more.
    const wait = actor === null ? null : asked.wait;
    const now = { ...question, request: nameAgent(request, agent), actor, asked: { ...asked, wait } };
    return settle(now, judged, deciders);
  });
}

/**
 * What the policy says, and the address of what a failure of ours means: the question is refused, never an error status, which would let
 * it run. A disk that takes no record does not stop a decision; the status and the log say so.
 */
export function judge(request: ExecRequest, deciders: Deciders): Decision {
  try {
    const question = readQuestion(request, deciders);
    const { set, request: judged, world } = question;
    return deciders.judgements.find(question) ?? evaluate(set, judged, world);
  } catch (thrown) {
    deciders.logger.error(`the policy could not be evaluated: ${messageOf(thrown)}`);
    const message = 'the policy could not be evaluated; this is a fault in Rampart, its log has the cause';
    return { action: 'deny', message, matchedPolicies: null, rule: null };
  }
}

interface ReadQuestion extends NamedAlike<EvaluationWorld> {
  readonly set: PolicySet;
}

/** A question as it is judged, and by what. */
function readQuestion(request: ExecRequest, deciders: Deciders): ReadQuestion {
  const workspace = deciders.workspaceOf(request.cwd);
  const set = setAskedWith(request.credential, deciders.policy.setFor(workspace));
  const { request: judged, world, isForAll } = nameAlike(request, set, worldIn(workspace, deciders.world));
  return { set, request: judged, world, isForAll };
}

/** With the token of an agent nothing is allowed but what a rule allows; the peer's. */
function setAskedWith(credential: string | undefined, set: PolicySet): PolicySet {
  return credential === undefined ? set : { ...set, defaultAction: 'deny' };
}

/** Written out, because copying an object takes as long as some decisions. */
function worldIn(workspace: string | null, world: Deciders['world']): EvaluationWorld {
  const { reader, home, temporary, realpath, now, elapsed, endpoint, countCalls } = world;
  return { reader, home, temporary, realpath, now, elapsed, endpoint, countCalls, workspace };
}

/** How often a question is judged anew because the file of a rule for one decision was changed. */
const maxAnew = 1;

/** The same where the decision is carried out: a rule that is for one decision has decided by that, before anybody is answered. */
function judgeForGood(request: ExecRequest, deciders: Deciders, leftAnew = maxAnew): Decision {
  const decision = judge(request, deciders);
  // One that asks is used up by a person's answer.
  const used = decision.action === 'ask' ? success(null) : useUpRule(decision.rule, deciders.policy);
  if (used.ok) return decision;
  if (leftAnew > 0) return judgeForGood(request, deciders, leftAnew - 1);
  const message = `the rule is for one decision and could not be taken out of its file: ${used.error}`;
  deciders.logger.error(message);
  return { ...decision, action: 'deny', message };
}

/** Why `judge` answers a request as it does; null when that cannot be told. */
export function explainJudgement(request: ExecRequest, deciders: Deciders): Explanation | null {
  try {
    const { set, request: judged, world } = readQuestion(request, deciders);
    return explain(set, judged, world);
  } catch (thrown) {
    deciders.logger.error(`a decision could not be explained: ${messageOf(thrown)}`);
    return null;
  }
}

interface Judged {
  /** The policy's. */
  readonly decision: Decision;
  readonly evaluationTimeUs: number;
}

interface Decided extends Judged {
  readonly request: ExecRequest;
  readonly mode: Mode;
  readonly id: string;
  /** Null while it is not known who asks. */
  readonly actor: Actor | null;
}

/** Records what came of it and answers. */
function finish(decided: Decided, settlement: Settlement, deciders: Deciders): PreflightAnswer {
  const { request, evaluationTimeUs, mode, id, actor } = decided;
  const decision = decisionAfter(decided.decision, settlement);
  if (settlement.kind === 'granted' || settlement.kind === 'denied') {
    const used = useUpRule(decision.rule, deciders.policy);
    if (!used.ok) deciders.logger.warn(`a rule that asks once goes on asking: ${used.error}`);
  }
  if (settlement.kind === 'granted') coverNamed(request, settlement.overrules, deciders);
  const surroundings = { id, now: deciders.clock.now(), mode, actor, evaluationTimeUs };
  const isRecorded = recordSafely(recordOfDecision(request, decision, surroundings), deciders);
  const answer = formatAnswer({ request, decision, evaluationTimeUs, mode, id, settlement, isRecorded });
  deciders.repeated.note(request, answer, deciders.policy.generation);
  return answer;
}

/** A text that a person let run is not asked about once more, command by command. */
function coverNamed(request: ExecRequest, overrules: boolean, deciders: Deciders): void {
  try {
    const workspace = deciders.workspaceOf(request.cwd);
    const commands = namedCommands(request, worldIn(workspace, deciders.world));
    deciders.asking.cover(request, commands, overrules);
  } catch (thrown) {
    deciders.logger.error(`an approved text could not be read: ${messageOf(thrown)}`);
  }
}

function decisionAfter(decision: Decision, settlement: Settlement): Decision {
  if (settlement.kind !== 'granted') return decision;
  const { message } = decision;
  return {
    ...decision,
    action: 'allow',
    message: message === '' ? settlement.why : `${settlement.why}: ${message}`,
  };
}

function recordSafely(entry: AuditRecord, { recorder, held, logger }: Deciders): boolean {
  try {
    return entry.actor === null ? held.hold(entry) : recorder.record(entry);
  } catch (thrown) {
    logger.error(`a decision could not be recorded: ${messageOf(thrown)}`);
    return false;
  }
}

function formatUnaskedAnswer(request: ExecRequest, message: string): PreflightAnswer {
  return {
    allowed: true,
    decision: 'allow',
    message,
    matched_policies: null,
    eval_duration_us: 0,
    enforced: false,
    enforcement_requested: request.enforce,
    rule: null,
  };
}

interface Answered extends Omit<Decided, 'actor'> {
  readonly settlement: Settlement;
  readonly isRecorded: boolean;
}

function formatAnswer(answered: Answered): PreflightAnswer {
  const { request, decision, evaluationTimeUs, mode, id, isRecorded } = answered;
  const isForced = mode === 'monitor' && request.enforce && !isPermitted(decision.action);
  const allowed = isForced || isPermitted(decision.action);
  const { approval_id, notice } = allowed ? grantOf(answered) : refusalOf(answered);
  // What is undefined is not sent.
  return {
    allowed,
    decision: isForced ? 'allow' : decision.action,
    message: decision.message,
    matched_policies: decision.matchedPolicies,
    eval_duration_us: evaluationTimeUs,
    enforced: request.enforce && mode === 'enforce',
    enforcement_requested: request.enforce,
    policy_decision: isForced ? decision.action : undefined,
    policy_message: isForced ? decision.message : undefined,
    audit_id: isRecorded ? id : undefined,
    rule: decision.rule,
    notice,
    approval_id,
  };
}

function grantOf({ settlement }: Answered): Pick<PreflightAnswer, 'notice' | 'approval_id'> {
  return settlement.kind === 'granted' ? { approval_id: settlement.approvalId } : {};
}

function refusalOf({ decision, id, settlement }: Answered): Pick<PreflightAnswer, 'notice' | 'approval_id'> {
  if (settlement.kind === 'early') return { notice: formatNotice(decision, id, approvalHints.early) };
  return settlement.kind === 'pending' || settlement.kind === 'denied'
    ? {
        notice: formatNotice(decision, id, approvalHints[settlement.kind]),
        approval_id: settlement.approval.id,
      }
    : { notice: formatNotice(decision, id) };
}
