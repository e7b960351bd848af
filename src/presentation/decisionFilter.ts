import { endpointAgent, type AuditRecord } from '../protocol/auditRecord.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { formatAgent } from './agentLabel.ts';
import { isDenial, isRefused } from './decisionLabel.ts';
import type { Choice } from './protectText.ts';
import { formatLine } from './text.ts';
import { t } from './localise.ts';

/** What became of the decisions that are looked for. */
export type FilterOutcome = 'denied' | 'unenforced' | 'allowed';

/** Which decisions a person wants to see; null and an empty text leave nothing out. */
export interface DecisionFilter {
  readonly outcome: FilterOutcome | null;
  readonly agent: string | null;
  /** Stands in the command, the folder, the reason or the name of the policy, in upper or lower case. */
  readonly text: string;
  /** What the editor runs for itself, which is left out otherwise. */
  readonly ofEditor: boolean;
}

/** Leaves nothing out. */
export const noFilter: DecisionFilter = { outcome: null, agent: null, text: '', ofEditor: false };

/** Whether a filter leaves anything out. */
export function isFiltering({ outcome, agent, text, ofEditor }: DecisionFilter): boolean {
  return outcome !== null || agent !== null || text !== '' || ofEditor;
}

/** Whether a decision is one of those that are looked for, of the editor's own or of all others. */
export function matchesFilter(record: AuditRecord, { outcome, agent, text }: DecisionFilter): boolean {
  if (outcome !== null && filterOutcomeOf(record) !== outcome) return false;
  if (agent !== null && record.agent !== agent) return false;
  if (text === '') return true;
  const places = [record.request.command, record.cwd, record.decision.message, record.rule?.policy];
  return places.some((place) => place?.toLowerCase().includes(text.toLowerCase()) === true);
}

/** What became of a decision, as coarse as a filter asks. */
export function filterOutcomeOf(record: AuditRecord): FilterOutcome {
  if (isRefused(record)) return 'denied';
  return isDenial(record) ? 'unenforced' : 'allowed';
}

/** A filter in a few words, to stand beside the view's title; empty when nothing is left out. */
export function formatFilter({ outcome, agent, text, ofEditor }: DecisionFilter): string {
  const parts = [
    ofEditor ? t`the editor's own` : '',
    outcome === null ? '' : outcomeWords[outcome],
    agent === null ? '' : formatAgent(agent),
    text === '' ? '' : `“${formatLine(text)}”`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** What a filter calls an outcome. */
export const outcomeWords: Readonly<Record<FilterOutcome, string>> = {
  denied: t`denied`,
  unenforced: t`would have been denied`,
  allowed: t`allowed`,
};

/** What is asked about the filter: a change to it, or for a text to look for. */
export type FilterChange = Partial<DecisionFilter> | 'askText';

/** Over the filter's quick pick and its text box. */
export const filterPickTitle = t`Show only these decisions`;
export const filterTextPrompt = t`Text in the command, the folder, the reason or the policy`;

/** What the filter can be set to, given the agents there are. What is chosen is added to what is set. */
export function filterChoices(agents: readonly string[]): readonly Choice<FilterChange>[] {
  return [
    { value: { outcome: 'denied' }, label: t`$(circle-slash) Denied`, detail: t`The command did not run.` },
    {
      value: { outcome: 'unenforced' },
      label: t`$(eye) Would have been denied`,
      detail: t`The command ran because nothing was enforced.`,
    },
    { value: { outcome: 'allowed' }, label: t`$(check) Allowed`, detail: t`The policy let the command run.` },
    {
      value: { ofEditor: true },
      label: t`$(radio-tower) The editor's own`,
      detail: t`How VS Code looks for open ports, where what extensions start is guarded.`,
    },
    { value: 'askText', label: t`$(search) Containing a text…`, detail: filterTextPrompt },
    ...[...agents].sort().map((agent) => ({
      value: { agent },
      label: `$(hubot) ${formatAgent(agent)}`,
      detail: describeAgent(agent),
    })),
  ];
}

function describeAgent(agent: string): string {
  switch (agent) {
    case defaultAgent:
      return t`What a person or an unknown program started.`;
    case endpointAgent:
      return t`What was changed in mode, guard and policy, and who tried to.`;
    default:
      return t`What this agent started.`;
  }
}
