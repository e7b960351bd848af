import type { Node } from 'yaml';
import type { Action } from '../protocol/decision.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { anyCall, parseCondition } from './parseCondition.ts';
import type { TextPattern } from './patterns.ts';
import { parseTextPattern } from './patterns.ts';
import { parsePolicyTest } from './parsePolicyTests.ts';
import type { Policy, PolicySource, Rule } from './policySet.ts';
import { isClose, YamlFile } from './yamlNode.ts';

/** A policy as its file has it, switched on or off. */
export interface FilePolicy {
  readonly policy: Policy;
  readonly isEnabled: boolean;
  readonly line: number;
  readonly column: number;
}

/** One policy file. With problems, its policies are not to be used. */
export interface PolicyFile {
  readonly source: PolicySource;
  readonly policies: readonly FilePolicy[];
  /** Null when the file says nothing. */
  readonly defaultAction: Action | null;
  readonly problems: readonly PolicyProblem[];
}

const fileKeys = ['version', 'default_action', 'notify', 'policies', 'tests'];
const notifyKeys = ['url', 'platform', 'on'];
const platforms = ['auto', 'slack', 'discord', 'teams', 'openclaw', 'webhook'];
const policyKeys = ['name', 'description', 'priority', 'enabled', 'match', 'rules'];
const matchKeys = ['agent', 'session', 'tool'];
const ruleKeys = ['action', 'when', 'message', 'ask', 'webhook', 'expires_at', 'once', 'added'];

/** What a policy gets that names no priority, or names 0. */
const defaultPriority = 100;

/** Files whose allows a person made by hand, one by one. */
const durableFiles: ReadonlySet<string> = new Set(['user-overrides', 'auto-allowed', 'by-hand']);

const actions: ReadonlyMap<string, Action> = new Map([
  ['allow', 'allow'],
  ['deny', 'deny'],
  ['ask', 'ask'],
  ['watch', 'watch'],
  ['log', 'watch'],
  ['webhook', 'webhook'],
]);

/** Whether a file is one of those that hold what a person allowed by hand. */
export function isDurableFile(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return durableFiles.has(name.replace(/\.ya?ml$/, ''));
}

/** Reads one policy file. Never throws. */
export function parsePolicyFile(source: PolicySource): PolicyFile {
  const file = new YamlFile(source.file, source.text, source.frozen ?? null);
  if (file.problems.length > 0 || file.root === null)
    return { source, policies: [], defaultAction: null, problems: file.problems };
  const parser = new FileParser(file, source);
  return { source, ...parser.parse(file.root), problems: file.problems };
}

class FileParser {
  readonly #file: YamlFile;
  readonly #source: PolicySource;

  constructor(file: YamlFile, source: PolicySource) {
    this.#file = file;
    this.#source = source;
  }

  parse(root: Node): { readonly policies: readonly FilePolicy[]; readonly defaultAction: Action | null } {
    const values = this.#file.readMap(root, fileKeys, 'the file');
    if (values === null) return { policies: [], defaultAction: null };
    this.#checkVersion(values.get('version'));
    this.#checkNotify(values.get('notify'));
    const defaultAction = this.#defaultAction(values.get('default_action'));
    const list = values.get('policies');
    const nodes = list === undefined ? null : this.#file.readList(list, 'policies');
    const policies = (nodes ?? []).flatMap((node) => this.#policy(node) ?? []);
    const tests = values.get('tests');
    for (const node of (tests === undefined ? null : this.#file.readList(tests, 'tests')) ?? [])
      parsePolicyTest(this.#file, node);
    const names = new Set<string>();
    for (const { policy, line, column } of policies) {
      if (names.has(policy.name))
        this.#file.problems.push({
          file: this.#source.file,
          line,
          column,
          message: `policy ${policy.name} stands here twice`,
        });
      names.add(policy.name);
    }
    return { policies, defaultAction };
  }

  #checkVersion(node: Node | undefined): void {
    const version = node === undefined ? null : this.#file.readText(node, 'version');
    if (node !== undefined && version !== null && version !== '' && version !== '1')
      this.#file.report(node, `unknown version ${version}, this is version 1`);
  }

  /** Nobody is notified from here; what is written wrong is said all the same. */
  #checkNotify(node: Node | undefined): void {
    const values = node === undefined ? null : this.#file.readMap(node, notifyKeys, 'notify');
    if (values === null) return;
    const url = values.get('url');
    const platform = values.get('platform');
    const on = values.get('on');
    if (url !== undefined) this.#checkAddress(url, 'notify.url');
    if (platform !== undefined) this.#checkWord(platform, 'platform', platforms);
    for (const item of (on === undefined ? null : this.#file.readList(on, 'on')) ?? [])
      this.#checkWord(item, 'entry of on', [...actions.keys()]);
  }

  #checkWord(node: Node, what: string, known: readonly string[]): void {
    const word = this.#file.readText(node, what);
    if (word !== null && !known.includes(word))
      this.#file.report(node, `unknown ${what} ${word}, one of ${known.join(', ')}`);
  }

  #checkAddress(node: Node, what: string): void {
    const text = this.#file.readText(node, what);
    if (text !== null && !/^https?:\/\/[^/\s]/.test(text))
      this.#file.report(node, `${what} must be an address that begins with https:// or http://`);
  }

  #defaultAction(node: Node | undefined): Action | null {
    if (node === undefined) return null;
    const word = (this.#file.readText(node, 'default_action') ?? '').trim().toLowerCase();
    if (word === '') return null;
    const action = actions.get(word);
    if (action !== undefined && action !== 'webhook') return action;
    this.#file.report(node, `unknown default_action ${word}, one of allow, deny, ask, watch`);
    return null;
  }

  #policy(node: Node): FilePolicy | null {
    const values = this.#file.readMap(node, policyKeys, 'policy');
    if (values === null) return null;
    const name = this.#text(values, 'name');
    if (name.trim() === '') this.#file.report(node, 'policy has no name');
    const enabled = values.get('enabled');
    const match = values.get('match');
    const scope = match === undefined ? null : this.#file.readMap(match, matchKeys, 'match');
    const rules = values.get('rules');
    const nodes = rules === undefined ? null : this.#file.readList(rules, 'rules');
    return {
      isEnabled: enabled === undefined || this.#file.readBoolean(enabled, 'enabled') !== false,
      ...this.#file.placeOf(node),
      policy: {
        name,
        file: this.#source.file,
        origin: this.#source.origin,
        priority: this.#priority(values.get('priority')),
        agent: this.#pattern(scope?.get('agent'), 'agent'),
        session: this.#pattern(scope?.get('session'), 'session'),
        tools: this.#tools(scope?.get('tool')),
        rules: (nodes ?? []).map((rule, index) => this.#rule(rule, name, index)),
        isDurable: this.#source.origin === 'user' && isDurableFile(this.#source.file),
      },
    };
  }

  #text(values: ReadonlyMap<string, Node>, key: string): string {
    const node = values.get(key);
    return node === undefined ? '' : (this.#file.readText(node, key) ?? '');
  }

  #priority(node: Node | undefined): number {
    const priority = node === undefined ? null : this.#file.readInteger(node, 'priority');
    return priority === null || priority === 0 ? defaultPriority : priority;
  }

  #pattern(node: Node | undefined, key: string): TextPattern | null {
    if (node === undefined) return null;
    const text = this.#file.readText(node, key);
    if (text === null || text === '') return null;
    const parsed = parseTextPattern(text);
    if (parsed.ok) return parsed.value;
    this.#file.report(node, `${key}: ${parsed.error}`);
    return null;
  }

  #tools(node: Node | undefined): readonly TextPattern[] | null {
    if (node === undefined) return null;
    const nodes = 'items' in node ? this.#file.readList(node, 'tool') : [node];
    const patterns = (nodes ?? []).flatMap((item) => this.#pattern(item, 'tool') ?? []);
    return patterns.length === 0 ? null : patterns;
  }

  #rule(node: Node, policy: string, index: number): Rule {
    const values = this.#file.readMap(node, ruleKeys, 'rule') ?? new Map<string, Node>();
    const action = this.#action(node, values);
    const once = values.get('once');
    const ask = values.get('ask');
    if (ask !== undefined) this.#file.readMap(ask, ['audit', 'headless_only'], 'ask');
    return {
      action,
      message: this.#text(values, 'message'),
      when: values.has('when') ? parseCondition(this.#file, values.get('when') ?? null) : anyCall,
      expiresAt: this.#expiry(values.get('expires_at')),
      isOnce: once !== undefined && this.#file.readBoolean(once, 'once') === true,
      column: this.#file.placeOf(node).column,
      reference: { policy, index, file: this.#source.file, line: this.#file.placeOf(node).line },
    };
  }

  #action(rule: Node, values: ReadonlyMap<string, Node>): Action {
    const node = values.get('action');
    const word = node === undefined ? '' : (this.#file.readText(node, 'action') ?? '').trim().toLowerCase();
    const action = actions.get(word);
    if (action === undefined) this.#file.report(node ?? rule, unknownAction(word));
    if (action === 'webhook') this.#checkWebhook(rule, values.get('webhook'));
    return action ?? 'deny';
  }

  #checkWebhook(rule: Node, node: Node | undefined): void {
    if (this.#source.origin === 'project') this.#file.report(rule, 'a project policy cannot use webhook');
    const values =
      node === undefined ? null : this.#file.readMap(node, ['url', 'timeout', 'fail_open'], 'webhook');
    const url = values?.get('url');
    if (url === undefined || this.#file.readText(url, 'url') === '')
      this.#file.report(node ?? rule, 'action webhook needs webhook.url');
    else this.#checkAddress(url, 'webhook.url');
  }

  #expiry(node: Node | undefined): number | null {
    if (node === undefined) return null;
    const time = Date.parse(this.#file.readText(node, 'expires_at') ?? '');
    if (!Number.isNaN(time)) return time;
    this.#file.report(node, 'expires_at must be a time such as 2030-01-31T12:00:00Z');
    return null;
  }
}

function unknownAction(word: string): string {
  if (word === '') return 'rule has no action';
  if (word === 'require_approval') return 'action require_approval is called ask now';
  const close = [...actions.keys()].find((action) => isClose(word, action));
  const hint = close === undefined ? 'one of allow, deny, ask, watch, webhook' : `did you mean ${close}?`;
  return `unknown action ${JSON.stringify(word)}, ${hint}`;
}
