import { someAgent } from '../protocol/agentRegistry.ts';
import { endpointAgent } from '../protocol/auditRecord.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { formatLine } from './text.ts';
import { t } from './localise.ts';

/** What an agent is called where a reader chooses among agents, or sees which one it was. */
export function formatAgent(agent: string): string {
  switch (agent) {
    case defaultAgent:
      return t`no agent`;
    case someAgent:
      return t`unknown agent`;
    case endpointAgent:
      return t`Rampart itself`;
    default:
      return formatLine(agent);
  }
}
