import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  commandIds,
  containerIds,
  contextKeys,
  profileIds,
  rowContexts,
  settingIds,
  toolIds,
  viewIds,
} from '../../src/extension/ids.ts';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

/** The part of JSON Schema by which the settings are described and checked as they are typed. */
interface SettingEntry {
  readonly scope: string;
  readonly markdownDescription?: string;
  readonly type: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly items?: SettingEntry;
}

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly main: string;
  readonly icon: string;
  readonly extensionKind: readonly string[];
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: string;
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly viewsContainers: Readonly<
      Record<string, readonly { readonly id: string; readonly icon: string }[]>
    >;
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when?: string;
    }[];
    readonly languageModelTools: readonly { readonly name: string }[];
    readonly terminal: { readonly profiles: readonly { readonly id: string }[] };
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly id: string;
        readonly when?: string;
        readonly description: string;
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, SettingEntry>>;
    };
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { contributes, capabilities } = manifest;
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
/** A text of the manifest as people read it. */
const read = (text: string): string => texts[text.slice(1, -1)] ?? text;
const sorted = (ids: Iterable<string>): string[] => [...ids].sort();
const whenClauses = [...Object.values(contributes.menus).flat(), ...contributes.viewsWelcome].flatMap(
  (item) => item.when ?? [],
);

describe('the manifest', () => {
  it('contributes exactly the commands, views, containers and settings that the code names', () => {
    assert.deepEqual(
      sorted(contributes.commands.map((entry) => entry.command)),
      sorted(Object.values(commandIds)),
    );
    assert.deepEqual(
      sorted(Object.values(contributes.views).flatMap((views) => views.map((view) => view.id))),
      sorted(Object.values(viewIds)),
    );
    assert.deepEqual(
      sorted(Object.values(contributes.viewsContainers).flatMap((all) => all.map((one) => one.id))),
      sorted(Object.values(containerIds)),
    );
    assert.deepEqual(
      sorted(Object.keys(contributes.configuration.properties)),
      sorted(Object.values(settingIds)),
    );
  });

  it('uses in menus, conditions and welcome texts only what exists', () => {
    const commands = new Set<string>(Object.values(commandIds));
    for (const item of Object.values(contributes.menus).flat())
      assert.ok(commands.has(item.command), item.command);
    for (const { contents } of contributes.viewsWelcome) {
      for (const [, command = ''] of read(contents).matchAll(/\(command:([\w.]+)\)/g)) {
        assert.ok(commands.has(command), command);
      }
    }
    const names = new Set<string>([
      ...Object.values(viewIds),
      ...Object.values(contextKeys),
      ...Object.values(rowContexts),
    ]);
    for (const clause of whenClauses) {
      for (const [name] of clause.matchAll(/\brampart\.[\w.]+/g))
        assert.ok(names.has(name), `${clause}: ${name}`);
    }
    for (const row of Object.values(rowContexts)) {
      const kind = row.split('.').slice(0, 2).join('\\.');
      assert.ok(
        whenClauses.some((clause) => clause.includes(row) || clause.includes(kind)),
        `nothing can be done with ${row}`,
      );
    }
  });

  it('offers to assistants the tools that the code provides', () => {
    assert.deepEqual(
      contributes.languageModelTools.map(({ name }) => name),
      Object.values(toolIds),
    );
  });

  it('offers the terminal profile that the code provides', () => {
    assert.deepEqual(
      contributes.terminal.profiles.map((profile) => profile.id),
      Object.values(profileIds),
    );
  });

  it('leads through first steps that run commands which exist', () => {
    const commands = new Set<string>(Object.values(commandIds));
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    // The first is another one where the guard is on already: it is done once it is looked at.
    const first = steps.slice(0, 2).map(({ id, when }) => [id, when]);
    assert.deepEqual(first, [
      ['protect', `!config.${settingIds.guardEnabled}`],
      ['protected', `config.${settingIds.guardEnabled}`],
    ]);
    assert.ok(steps[1]?.completionEvents.includes('onStepSelected'));
    assert.equal(steps.length, 5);
    const last = steps.at(-1);
    assert.match(
      read(last?.description ?? ''),
      /\(command:rampart\.tryDenial\)/,
      'it ends with a safe denial',
    );
    assert.ok(last?.completionEvents.includes(`onCommand:${commandIds.tryDenial}`));
    for (const { description, media, completionEvents } of steps) {
      assert.ok(existsSync(media.markdown), media.markdown);
      const named = [...read(description).matchAll(/\(command:(rampart\.\w+)\)/g)].map(([, id]) => id ?? '');
      const awaited = completionEvents.filter((event) => event.startsWith('onCommand:rampart.'));
      for (const id of [...named, ...awaited.map((event) => event.slice('onCommand:'.length))])
        assert.ok(commands.has(id), id);
    }
  });

  it('puts every command under one name, so that typing it finds them all', () => {
    assert.deepEqual([...new Set(contributes.commands.map((entry) => entry.category))], ['%category%']);
    assert.equal(texts['category'], 'Rampart');
  });

  it('lets no workspace and no dev container change a setting', () => {
    for (const [id, { scope }] of Object.entries(contributes.configuration.properties)) {
      assert.equal(scope, 'application', id);
    }
    assert.deepEqual(
      sorted(capabilities.untrustedWorkspaces.restrictedConfigurations),
      sorted(Object.values(settingIds)),
    );
  });

  it('describes each setting, and has the editor say of a wrong value what it has to be', () => {
    const isChecked = ({ type, pattern, patternErrorMessage, items, ...entry }: SettingEntry): boolean => {
      if (type === 'boolean') return true;
      if (type === 'array') return items !== undefined && isChecked(items);
      if (entry.enum !== undefined) return entry.enum.length === entry.enumDescriptions?.length;
      return pattern !== undefined && read(patternErrorMessage ?? '') !== '';
    };
    for (const [id, entry] of Object.entries(contributes.configuration.properties)) {
      assert.notEqual(read(entry.markdownDescription ?? ''), '', id);
      assert.ok(entry.default !== undefined, id);
      assert.ok(isChecked(entry), id);
    }
  });

  it('runs where the terminals run, in restricted mode too, and says so', () => {
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.deepEqual(manifest.activationEvents, ['onStartupFinished']);
    assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
    assert.ok(capabilities.untrustedWorkspaces.description.length > 0);
    assert.equal(capabilities.virtualWorkspaces.supported, false);
  });

  it('promises the oldest editor whose types it is compiled against', () => {
    assert.equal(manifest.engines.vscode, '^1.99.0');
    assert.match(manifest.devDependencies['@types/vscode'] ?? '', /^1\.99\./);
  });

  it('names pictures that exist', () => {
    const icons = Object.values(contributes.viewsContainers).flatMap((all) => all.map((one) => one.icon));
    for (const icon of [manifest.icon, ...icons]) assert.ok(existsSync(icon), icon);
  });
});
