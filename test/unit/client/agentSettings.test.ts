import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { parse } from 'smol-toml';
import {
  adapterState,
  applyAdapter,
  previewAdapter,
  undoAdapter,
} from '../../../src/client/agents/adaptation.ts';
import { agentAdapters } from '../../../src/client/agents/agentAdapters.ts';
import { wireAgent } from '../../../src/client/agents/wireAgent.ts';
import { resolveStateDirectory } from '../../../src/system/stateDirectory.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** An agent in a home directory of its own, with the files that it has already. */
function createAgent(
  context: TestContext,
  name: string,
  files: Record<string, string> = {},
  platform = 'linux',
) {
  const home = temporaryFolder(context);
  const adapter = agentAdapters(platform).find(({ agent }) => agent === name);
  assert.ok(adapter);
  const paths = resolveStateDirectory({ flag: '/run/r', variable: undefined, home });
  assert.ok(paths.ok);
  const machine = { home, platform, arch: 'x64', uid: 7, sharedFolder: '/var/tmp' };
  const wiring = wireAgent(adapter, machine, paths.value);
  const place = { home, environment: {} };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return {
    home,
    library: join(home, '.rampart/lib/linux-x64/librampart.so'),
    read: (path: string) => readFileSync(join(home, path), 'utf8'),
    state: () => adapterState(adapter, wiring, place),
    preview: () => previewAdapter(adapter, wiring, place),
    apply: () => {
      const changes = previewAdapter(adapter, wiring, place);
      assert.ok(changes.ok, changes.ok ? '' : changes.error);
      assert.deepEqual(applyAdapter(adapter, changes.value, place), { ok: true, value: null });
    },
    undo: () => undoAdapter(adapter, wiring, place),
  };
}

const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'claude-code': { '.claude/settings.json': '{\n  "env": {\n    "FOO": "bar"\n  }\n}\n' },
  codex: {
    '.codex/config.toml': '[shell_environment_policy.set] # mine\nFOO = "bar"\n\n[tools]\nweb = true',
  },
  gemini: {
    '.gemini/.env': 'FOO=bar',
    '.gemini/settings.json': '{"hooks": {"BeforeTool": [{"matcher": "x"}]}}',
  },
  opencode: {},
  copilot: {},
};

describe('the settings of an agent', () => {
  for (const [name, present] of Object.entries(files)) {
    for (const [kind, own] of [
      ['its own', present],
      ['none', {}],
    ] as const) {
      it(`of ${name} with ${kind} take the adapter once, and are as before when it is undone`, (context) => {
        const agent = createAgent(context, name, own);
        assert.equal(agent.state(), 'absent');
        agent.apply();
        assert.equal(agent.state(), 'applied');
        assert.deepEqual(agent.preview(), { ok: true, value: [] });
        assert.ok(agent.undo().ok);
        assert.equal(agent.state(), 'absent');
        for (const [path, text] of Object.entries(own)) assert.equal(agent.read(path), text);
        if (Object.keys(own).length === 0) {
          const folders = ['.claude', '.codex', '.gemini', '.config', '.copilot'];
          assert.deepEqual(
            folders.filter((folder) => existsSync(join(agent.home, folder))),
            [],
          );
        }
      });
    }
  }

  it('of Claude Code keep what stands there, and a library of the user behind ours', (context) => {
    const agent = createAgent(context, 'claude-code', {
      '.claude/settings.json': '{"model": "opus", "env": {"LD_PRELOAD": "/opt/other.so"}}',
    });
    agent.apply();
    const settings: unknown = JSON.parse(agent.read('.claude/settings.json'));
    assert.deepEqual(settings, {
      model: 'opus',
      env: {
        LD_PRELOAD: `${agent.library}:/opt/other.so`,
        RAMPART_URL: 'unix:///run/r/endpoint.sock',
        RAMPART_MODE: '',
        RAMPART_FAIL_OPEN: '',
        RAMPART_AGENT: 'claude-code',
      },
    });
  });

  it('of Claude Code lose only what is ours when others have changed them since', (context) => {
    const agent = createAgent(context, 'claude-code', { '.claude/settings.json': '{"env": {"FOO": "bar"}}' });
    agent.apply();
    const changed = agent.read('.claude/settings.json').replace('"bar"', '"new"');
    writeFileSync(join(agent.home, '.claude/settings.json'), changed);
    assert.ok(agent.undo().ok);
    assert.deepEqual(JSON.parse(agent.read('.claude/settings.json')), { env: { FOO: 'new' } });
  });

  it('of Codex give commands the variables, beside those that are set', (context) => {
    const agent = createAgent(context, 'codex', files['codex']);
    agent.apply();
    // Its tables have no prototype.
    const settings = structuredClone(parse(agent.read('.codex/config.toml')));
    const { shell_environment_policy: policy, tools } = settings;
    assert.deepEqual(
      { policy, tools },
      {
        policy: {
          set: {
            LD_PRELOAD: agent.library,
            RAMPART_URL: 'unix:///run/r/endpoint.sock',
            RAMPART_MODE: '',
            RAMPART_FAIL_OPEN: '',
            RAMPART_AGENT: 'codex',
            FOO: 'bar',
          },
        },
        tools: { web: true },
      },
    );
  });

  it('of Gemini have its hook beside others, and lose only ours', (context) => {
    const agent = createAgent(context, 'gemini', files['gemini']);
    agent.apply();
    const text = agent.read('.gemini/settings.json');
    const { hooks } = JSON.parse(text) as { hooks: { BeforeTool: { hooks?: { command: string }[] }[] } };
    assert.match(hooks.BeforeTool[1]?.hooks?.[0]?.command ?? '', /rampart hook --state-dir \/run\/r gemini$/);
    writeFileSync(join(agent.home, '.gemini/settings.json'), text.replace('"x"', '"y"'));
    assert.ok(agent.undo().ok);
    assert.deepEqual(JSON.parse(agent.read('.gemini/settings.json')), {
      hooks: { BeforeTool: [{ matcher: 'y' }] },
    });
  });

  const obstacles: readonly (readonly [string, string, string, RegExp])[] = [
    ['claude-code', '.claude/settings.json', '{\n "env": [', /settings\.json: .* at line 2, column/],
    ['claude-code', '.claude/settings.json', '{"env": 1}', /`env` is no object/],
    [
      'claude-code',
      '.claude/settings.json',
      '{"env": {"RAMPART_URL": "http://h"}}',
      /`env\.RAMPART_URL` is `http:\/\/h` already/,
    ],
    ['codex', '.codex/config.toml', 'a = \n', /config\.toml: not valid TOML at line 1/],
    [
      'codex',
      '.codex/config.toml',
      'shell_environment_policy = { set = { A = "b" } }',
      /left alone: add to its `set`: LD_PRELOAD/,
    ],
    [
      'codex',
      '.codex/config.toml',
      '[shell_environment_policy]\ninclude_only = ["PATH"]',
      /include_only` leaves the variables out/,
    ],
    [
      'codex',
      '.codex/config.toml',
      '[shell_environment_policy.set]\nLD_PRELOAD = "x"',
      /set\.LD_PRELOAD` is set already/,
    ],
    ['gemini', '.gemini/.env', 'export LD_PRELOAD=x', /`LD_PRELOAD` is set already/],
    ['gemini', '.gemini/settings.json', '{"hooks": {"BeforeTool": 1}}', /`hooks\.BeforeTool` is no list/],
    ['opencode', '.config/opencode/plugins/rampart.js', 'mine', /rampart\.js: the file belongs to others/],
  ];
  for (const [name, path, text, problem] of obstacles) {
    it(`of ${name} are left alone, and it is said where, when ${JSON.stringify(text)} stands there`, (context) => {
      const agent = createAgent(context, name, { [path]: text });
      const preview = agent.preview();
      assert.ok(!preview.ok);
      assert.match(preview.error, problem);
      assert.equal(agent.read(path), text);
    });
  }

  it('are not overwritten when they change behind the preview', (context) => {
    const agent = createAgent(context, 'claude-code', { '.claude/settings.json': '{}' });
    agent.apply();
    writeFileSync(join(agent.home, '.claude/settings.json'), 'not JSON');
    const undone = agent.undo();
    assert.ok(!undone.ok);
    assert.equal(agent.read('.claude/settings.json'), 'not JSON');
  });

  it('of macOS take hooks only', (context) => {
    const agent = createAgent(context, 'claude-code', {}, 'darwin');
    agent.apply();
    const settings = JSON.parse(agent.read('.claude/settings.json')) as object;
    assert.deepEqual(Object.keys(settings), ['hooks']);
    assert.deepEqual(agentAdapters('win32'), []);
  });
});
