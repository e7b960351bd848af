import type { Node } from 'yaml';
import type { Result } from '../base/result.ts';
import { parseCommandShape } from './commandShape.ts';
import { CommandShapes } from './commandShapes.ts';
import type { CallCount, CommandCondition, Condition, NumberRange } from './condition.ts';
import { codeSources } from './condition.ts';
import { parseDuration } from './parseDuration.ts';
import { parseResponsePattern } from './parseResponsePattern.ts';
import { operations } from './operation.ts';
import { PathPatterns } from './pathPatterns.ts';
import { parseDomainPattern, parsePathPattern, parseTextPattern } from './patterns.ts';
import type { TextPattern } from './patterns.ts';
import { processClasses } from './signals.ts';
import { targetClasses } from './targetClass.ts';
import type { YamlFile } from './yamlNode.ts';

/** The keys of `when`. */
export const conditionKeys = [
  'default',
  'command_matches',
  'command_contains',
  'command_not_matches',
  'command_env_assignments',
  'command_env_removals',
  'runs',
  'mentions',
  'runs_here',
  'on_own',
  'deletes',
  'changes_rights',
  'operation',
  'signals',
  'mounts',
  'reads',
  'writes',
  'sends',
  'runs_code_from',
  'path_matches',
  'path_not_matches',
  'url_matches',
  'domain_matches',
  'tool_param_matches',
  'session_matches',
  'session_not_matches',
  'agent_depth',
  'call_count',
  'response_matches',
  'response_not_matches',
] as const;

type ConditionKey = (typeof conditionKeys)[number];

/** A condition that every call meets. */
export const anyCall: Condition = {
  always: true,
  command: null,
  environmentAssignments: null,
  environmentRemovals: null,
  sends: null,
  runsCodeFrom: null,
  path: null,
  notPath: null,
  url: null,
  domain: null,
  parameters: null,
  session: null,
  notSession: null,
  depth: null,
  callCount: null,
  response: null,
  notResponse: null,
};

/** The longest window of `call_count`, and its largest count. */
const maxWindowMs = 720 * 3_600_000;
const maxCallCount = 1000;

/** Reads the `when` of a rule; what is wrong with it is noted in the file. */
export function parseCondition(file: YamlFile, node: Node | null): Condition {
  if (node === null) return anyCall;
  const values = file.readMap(node, conditionKeys, 'when');
  if (values === null || values.size === 0) return anyCall;
  return new ConditionParser(file, values).parse();
}

class ConditionParser {
  readonly #file: YamlFile;
  readonly #values: ReadonlyMap<string, Node>;

  constructor(file: YamlFile, values: ReadonlyMap<string, Node>) {
    this.#file = file;
    this.#values = values;
  }

  parse(): Condition {
    const always = this.#values.get('default');
    return {
      always: always !== undefined && this.#file.readBoolean(always, 'default') === true,
      command: this.#command(),
      environmentAssignments: this.#patterns('command_env_assignments', parseTextPattern),
      environmentRemovals: this.#patterns('command_env_removals', parseTextPattern),
      sends: this.#paths('sends'),
      runsCodeFrom: this.#words('runs_code_from', codeSources),
      path: this.#patterns('path_matches', parsePathPattern),
      notPath: this.#patterns('path_not_matches', parsePathPattern),
      url: this.#patterns('url_matches', parseTextPattern),
      domain: this.#patterns('domain_matches', parseDomainPattern),
      parameters: this.#parameters(),
      session: this.#patterns('session_matches', parseTextPattern),
      notSession: this.#patterns('session_not_matches', parseTextPattern),
      depth: this.#depth(),
      callCount: this.#callCount(),
      response: this.#patterns('response_matches', parseResponsePattern),
      notResponse: this.#patterns('response_not_matches', parseResponsePattern),
    };
  }

  #command(): CommandCondition | null {
    const runs = this.#patterns('runs', parseCommandShape);
    const texts = {
      matches: this.#patterns('command_matches', parseTextPattern),
      contains: this.#patterns('command_contains', parseSubstring),
      notMatches: this.#patterns('command_not_matches', parseTextPattern),
    };
    const effects = {
      runsHere: this.#boolean('runs_here'),
      onOwn: this.#boolean('on_own'),
      runs: runs === null ? null : new CommandShapes(runs),
      mentions: this.#patterns('mentions', parseSubstring),
      deletes: this.#words('deletes', targetClasses),
      changesRights: this.#words('changes_rights', targetClasses),
      operation: this.#words('operation', operations),
      signals: this.#words('signals', processClasses),
      mounts: this.#paths('mounts'),
      reads: this.#paths('reads'),
      writes: this.#paths('writes'),
    };
    const hasEffects = Object.values(effects).some((part) => part !== null);
    if (!hasEffects && Object.values(texts).every((part) => part === null)) return null;
    return { ...texts, ...effects, hasEffects };
  }

  #boolean(key: ConditionKey): boolean | null {
    const node = this.#values.get(key);
    return node === undefined ? null : this.#file.readBoolean(node, key);
  }

  /** A list of texts, each made into a pattern; one that cannot be is a problem. */
  #patterns<Pattern>(
    key: ConditionKey,
    parse: (source: string) => Result<Pattern, string>,
  ): readonly Pattern[] | null {
    const items = this.#list(key);
    if (items === null) return null;
    return items.flatMap(({ node, text }) => {
      const parsed = parse(text);
      if (parsed.ok) return [parsed.value];
      this.#file.report(node, `${key}: ${parsed.error}`);
      return [];
    });
  }

  #paths(key: ConditionKey): PathPatterns | null {
    const patterns = this.#patterns(key, parsePathPattern);
    return patterns === null ? null : new PathPatterns(patterns);
  }

  #words<Word extends string>(key: ConditionKey, known: readonly Word[]): readonly Word[] | null {
    const items = this.#list(key);
    if (items === null) return null;
    return items.flatMap(({ node, text }) => {
      const word = known.find((candidate) => candidate === text);
      if (word === undefined)
        this.#file.report(node, `${key}: unknown word ${text}, one of ${known.join(', ')}`);
      return word ?? [];
    });
  }

  /** The texts of a list. An absent or empty list is no condition. */
  #list(key: ConditionKey): readonly { readonly node: Node; readonly text: string }[] | null {
    const node = this.#values.get(key);
    if (node === undefined) return null;
    const items = this.#file.readList(node, key);
    if (items === null || items.length === 0) return null;
    return items.flatMap((item) => {
      const text = this.#file.readText(item, `entry of ${key}`);
      return text === null ? [] : [{ node: item, text }];
    });
  }

  #parameters(): ReadonlyMap<string, TextPattern> | null {
    const node = this.#values.get('tool_param_matches');
    const entries = node === undefined ? null : this.#file.readTexts(node, 'tool_param_matches');
    if (entries === null || entries.size === 0) return null;
    const patterns = new Map<string, TextPattern>();
    for (const [name, entry] of entries) {
      const parsed = parseTextPattern(entry.text.toLowerCase());
      if (parsed.ok) patterns.set(name, parsed.value);
      else this.#file.report(entry.node, parsed.error);
    }
    return patterns;
  }

  #depth(): NumberRange | null {
    const node = this.#values.get('agent_depth');
    const bounds = node === undefined ? null : this.#file.readMap(node, ['gte', 'lte', 'eq'], 'agent_depth');
    if (bounds === null) return null;
    const read = (name: string): number | null => {
      const bound = bounds.get(name);
      return bound === undefined ? null : this.#file.readInteger(bound, name);
    };
    return { gte: read('gte'), lte: read('lte'), eq: read('eq') };
  }

  #callCount(): CallCount | null {
    const node = this.#values.get('call_count');
    const parts =
      node === undefined ? null : this.#file.readMap(node, ['tool', 'gte', 'window'], 'call_count');
    if (node === undefined || parts === null) return null;
    const tool = parts.get('tool');
    const gte = parts.get('gte');
    const window = parts.get('window');
    if (gte === undefined || window === undefined) {
      this.#file.report(node, 'call_count needs gte and window');
      return null;
    }
    return {
      tool: tool === undefined ? null : this.#file.readText(tool, 'tool'),
      gte: this.#count(gte),
      windowMs: this.#window(window),
    };
  }

  #count(node: Node): number {
    const count = this.#file.readInteger(node, 'gte') ?? 0;
    if (count < 0 || count > maxCallCount) this.#file.report(node, `gte must be 0 to ${maxCallCount}`);
    return count;
  }

  #window(node: Node): number {
    const windowMs = parseDuration(this.#file.readText(node, 'window') ?? '') ?? 0;
    if (windowMs <= 0 || windowMs > maxWindowMs)
      this.#file.report(node, 'window must be a duration above 0 and up to 720h, such as 10m');
    return windowMs;
  }
}

function parseSubstring(source: string): Result<string, string> {
  return source.trim() === '' ? { ok: false, error: 'entry is blank' } : { ok: true, value: source };
}
