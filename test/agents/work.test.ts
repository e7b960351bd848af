import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ScriptedModel } from '../support/model/scriptedModel.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { agentNames, agents } from './agents.ts';
import type { AgentName } from './agents.ts';
import { Endpoint } from './endpoint.ts';
import { readForm, traceWords } from './forms.ts';
import type { Form } from './forms.ts';
import { formatForms, formatSessions, writeReport } from './report.ts';
import { createOrigin, workInTurns } from './session.ts';
import type { Session } from './session.ts';
import { runDirectly } from './ways.ts';

const sessions = new Map<AgentName, Session>();
const forms = new Map<AgentName, Form>();
const marker = 'echo which-process-is-this';

after(async () => {
  if (sessions.size === agentNames.length) await writeReport('sessions', formatSessions(sessions));
  if (forms.size === agentNames.length) await writeReport('forms', formatForms(forms));
});

for (const name of agentNames) {
  const agent = agents[name];
  test(`${agent.title} works guarded as it does unguarded, and nothing interrupts it`, async (context) => {
    let endpoint: Endpoint | null = null;
    const folder = temporaryFolder(context, async () => endpoint?.kill());
    const [home, workspace] = [join(folder, 'h'), join(folder, 'w')];
    for (const each of [home, workspace]) mkdirSync(each);
    endpoint = new Endpoint(home);
    const model = await ScriptedModel.start();
    context.after(() => model.stop());
    createOrigin(folder);
    const session = await workInTurns(agent, model, { home, workspace, model: model.origin }, endpoint);
    const [unguarded, guarded] = session.results;
    assert.deepEqual(guarded, unguarded);
    assert.deepEqual(unguarded.statuses, ['0', '0', '1', 'written', '0', '0', '0']);
    assert.deepEqual(session.interrupted, []);
    sessions.set(name, session);
  });

  test(`${agent.title} is what it is said to be`, async (context) => {
    const folder = temporaryFolder(context);
    const model = await ScriptedModel.start();
    context.after(() => model.stop());
    const trace = join(folder, 'trace');
    model.play({ steps: [{ kind: 'run', command: marker }] });
    await runDirectly(agent, { home: folder, workspace: folder, model: model.origin }, traceWords(trace))();
    forms.set(name, readForm(name, trace, marker));
  });
}
