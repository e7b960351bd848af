import { agentNames } from './agents.ts';
import { testAdapters } from './testAdapters.ts';

testAdapters(agentNames);
