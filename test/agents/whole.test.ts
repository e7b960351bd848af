import { agentNames } from './agents.ts';
import { formatOutcomes, writeReport } from './report.ts';
import { scenarioNames } from './scenarios.ts';
import { testAgents } from './table.ts';

testAgents(agentNames, scenarioNames, (seen) => writeReport('outcomes', formatOutcomes(seen)));
