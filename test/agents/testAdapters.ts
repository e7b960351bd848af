import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHost } from '../host/host.mjs';
import type { Host } from '../host/host.mjs';
import { AgentQuestion } from '../support/adaptInEditor.ts';
import { findRepository } from '../support/findRepository.mjs';
import { agents } from './agents.ts';
import type { Agent, AgentName } from './agents.ts';
import { startFile, writeFile } from './scene.ts';
import { agentEnvironment } from './ways.ts';

const setUpMs = 10 * 60_000;
const agentMs = 10 * 60_000;

/** Where nobody answers; the agent is tried with a model of its own. */
const noModel = 'http://127.0.0.1:9';

/** Tests that the window tells these agents, sees them obey, and takes out all that it wrote. */
export function testAdapters(names: readonly AgentName[]): void {
  describe('told by the window, in its own settings,', { timeout: names.length * agentMs + setUpMs }, () => {
    let host: Host;
    before(
      async () => {
        host = await startHost({
          vsix: [join(findRepository(), `rampart-${process.platform}-${process.arch}.vsix`)],
          environment: agentEnvironment([], noModel),
        });
        // The editor has the PATH of a login shell.
        for (const name of ['.bashrc', '.profile']) writeFile(join(host.home, name), startFile());
        await host.open();
        await host.statusItem(/Rampart: off/);
      },
      { timeout: setUpMs },
    );
    after(() => host.stop());

    for (const name of names) {
      const agent: Agent = agents[name];
      it(`${agent.title} is seen to obey, and has its settings back to the byte`, async () => {
        const home = host.home;
        for (const [path, text] of Object.entries(agent.settings(noModel))) writeFile(join(home, path), text);
        const before = readSettings(home);
        const question = new AgentQuestion(host, agent.title);
        await question.choose('Write it');
        await question.seesComparison();
        assert.deepEqual(readSettings(home), before, 'nobody has agreed yet');
        await question.agree(true);
        await question.isTold('obeys: its commands are guarded.');
        assert.notDeepEqual(readSettings(home), before);
        await question.choose('Take it out');
        await host.toast(`The settings of ${agent.title} are as before.`);
        await host.runCommand('Notifications: Clear All Notifications');
        assert.deepEqual(readSettings(home), before);
      });
    }
  });
}

/** The files in the folders where agents keep their settings, with what stands in them. */
function readSettings(home: string): ReadonlyMap<string, string> {
  const folders = ['.claude', '.codex', '.config/opencode', '.copilot', '.gemini'];
  const files = folders.flatMap((folder) => {
    const root = join(home, folder);
    if (!existsSync(root)) return [];
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  });
  return new Map(files.sort().map((file) => [file, readFileSync(file, 'utf8')]));
}
