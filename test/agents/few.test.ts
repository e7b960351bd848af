import { testAgents } from './table.ts';

// One that starts its shell by vfork, and one into which no library can be loaded.
testAgents(['claude', 'codex'], ['dash', 'node', 'key', 'kill']);
