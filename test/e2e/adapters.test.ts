import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { AgentQuestion } from '../support/adaptInEditor.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/**
 * Does what Claude Code does with its settings: gives what its model has it run the variables that stand there. Where
 * a file says so, it forgets them. The agents themselves go the same way in test/agents.
 */
const agent = `#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
const { HOME, ANTHROPIC_BASE_URL } = process.env;
const settings = JSON.parse(readFileSync(HOME + '/.claude/settings.json', 'utf8'));
const env = existsSync(import.meta.dirname + '/forgets') ? {} : settings.env;
const ask = async (messages) => {
  const body = JSON.stringify({ model: 'any', tools: [{ name: 'Bash' }], messages });
  const answer = await fetch(ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', body });
  return (await answer.json()).content[0];
};
const call = await ask([{ role: 'user', content: process.argv[3] }]);
const { stdout } = spawnSync('/bin/sh', ['-c', call.input.command], { env: { ...process.env, ...env } });
await ask([{ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: String(stdout) }] }]);
`;

/** Of somebody who writes JSON as they like. */
const own = '{ "model":"opus",\n\t"env": {"EDITOR": "ed"} }';

/** Every test goes on where the one before it left the window. */
describe('a person who has an agent guarded that runs its commands outside terminals', () => {
  const bin = temporaryFolder({ after: (end) => after(end as () => Promise<void>) });
  let host: Host;
  let question: AgentQuestion;
  let settings: string;
  const written = (): string => readFileSync(settings, 'utf8');

  before(async () => {
    writeFileSync(join(bin, 'package.json'), '{"type":"module"}');
    writeFileSync(join(bin, 'claude'), agent);
    chmodSync(join(bin, 'claude'), 0o755);
    host = await startHost({
      vsix: [join(findRepository(), `rampart-${process.platform}-${process.arch}.vsix`)],
    });
    // The editor has the PATH of a login shell.
    for (const name of ['.bashrc', '.profile'])
      writeFileSync(join(host.home, name), `PATH="${bin}:${process.env['PATH'] ?? ''}"\n`);
    settings = join(host.home, '.claude/settings.json');
    mkdirSync(join(host.home, '.claude'));
    writeFileSync(settings, own);
    await host.open();
    await host.statusItem(/Rampart: off/);
    question = new AgentQuestion(host, 'Claude Code');
  });
  after(() => host.stop());

  it('sees what would be written, and nothing is', async () => {
    await question.choose('Preview');
    await question.seesComparison();
    // Its lines are wrapped: what is agreed to can be read to its end.
    await host.statusItem(/^Rampart Report$/);
    await host.screenshot('e2e-adapter-1-preview');
    assert.equal(written(), own);
  });

  it('is asked behind what is shown, and nothing is written when they do not agree', async () => {
    await host.runCommand('View: Close All Editors');
    await question.choose('Write it');
    await question.seesComparison();
    await question.leavesBare(/^─+$/);
    await host.screenshot('e2e-adapter-2-consent');
    await question.agree(false);
    assert.equal(written(), own);
    assert.ok(!existsSync(join(host.home, '.rampart/adapters.json')));
  });

  it('has it written once they agree, and the agent is seen to obey', async () => {
    await question.choose('Write it');
    await question.agree(true);
    await question.isTold('obeys: its commands are guarded.');
    const { env } = JSON.parse(written()) as { env: Record<string, string> };
    assert.match(env['LD_PRELOAD'] ?? '', /^\/.*\/librampart\.so$/);
    assert.deepEqual([env['EDITOR'], env['RAMPART_AGENT']], ['ed', 'claude-code']);
  });

  it('hears it when the agent does not obey any more', async () => {
    writeFileSync(join(bin, 'forgets'), '');
    await question.choose('Try it');
    await question.isTold('was not seen to be guarded: its commands run without the library');
    rmSync(join(bin, 'forgets'));
    await question.choose('Try it');
    await question.isTold('obeys');
  });

  it('has it taken out, to the byte', async () => {
    await question.choose('Take it out');
    await host.toast('The settings of Claude Code are as before.');
    assert.equal(written(), own);
  });
});
