// @ts-check
// Installs the coding agents of test/agents/package.json into a cache folder of the user, once for each set of pins.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runSetup, setUpPackages } from '../support/pinnedPackages.mjs';

/** As they are called in a terminal, and where npm puts them. */
const programs = {
  claude: '@anthropic-ai/claude-code-linux-x64/claude',
  codex: '@openai/codex/bin/codex.js',
  copilot: '@github/copilot-linux-x64/copilot',
  gemini: '@google/gemini-cli/bundle/gemini.js',
  opencode: 'opencode-linux-x64/bin/opencode',
};

/** @type {import('../support/pinnedPackages.mjs').PinnedPackages} */
const agents = {
  title: 'five coding agents',
  cache: 'guarded-agents',
  pins: 'test/agents',
  script: 'test/agents/setup.mjs',
  also: ['test/agents/installation.mjs'],
  complete: (folder) => {
    mkdirSync(join(folder, 'bin'));
    for (const [name, file] of Object.entries(programs))
      symlinkSync(join('../node_modules', file), join(folder, 'bin', name));
  },
};

/**
 * Returns the folder with the agents, installed now if they were not: half a minute and 1.5 GB, from npm. `bin/` in
 * it has them under their names. Throws SetupProblem where it cannot be done.
 * @returns {string}
 */
export function setUpAgents() {
  return setUpPackages(agents);
}

/** What setup.mjs does. */
export function runAgentsSetup() {
  runSetup(agents, setUpAgents);
}
