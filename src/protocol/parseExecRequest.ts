import { isRecord } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { decodeBase64Text } from './base64.ts';
import type { ExecRequest } from './execRequest.ts';

/** The longest name of a tool in bytes, as the peer has it. */
const maxToolNameLength = 128;

/** How many markers of one question are kept. */
const maxMarkers = 64;

/** The longest name, program or directory, in characters; the peer denies a question with a longer one. */
const maxNameLength = 8_192;

/** The longest command as base64, in characters: 1 MiB of it, as the peer has it. */
const maxEncodedLength = 1_398_104;

/** How deep what a tool is called with may be nested: whoever walks through it must come to its end. */
const maxNesting = 1_000;

/** Tool classes that the peer reserves; they are written in lower case. */
const reservedTools = [
  'browser',
  'edit',
  'exec',
  'fetch',
  'http',
  'mcp',
  'mcp-dangerous',
  'mcp-destructive',
  'read',
  'web_fetch',
  'write',
];

const fetchTools = ['fetch', 'http', 'web_fetch', 'browser'];

const fileTools = ['read', 'write', 'edit', 'mcp-destructive'];

/**
 * Reads a question as the library, the peer's clients and its hooks write it; docs/protocol.md section 3.
 * The peer's other names for command, path and working directory are taken wherever it takes them, and two that
 * disagree are refused. A failure is a sentence for the asker.
 */
export function parseExecRequest(toolName: string, body: unknown): Result<ExecRequest, string> {
  const tool = toolName.trim();
  const problem = toolProblem(tool);
  if (problem !== null) return failure(problem);
  const fields = body ?? {};
  if (!isRecord(fields)) return failure('the body is not a JSON object');
  const unusable = fieldProblem(fields);
  if (unusable !== null) return failure(unusable);
  const told = parseArguments(tool, fields);
  if (!told.ok) return told;
  const { command, path, cwd, url } = told.value;
  const parameters = tool === 'exec' ? null : parametersIn(fields);
  if (!isWithin(parameters, maxNesting)) return failure(`the arguments are nested deeper than ${maxNesting}`);
  return success({
    id: recordIdIn(fields),
    agent: textIn(fields, 'agent') ?? '',
    session: textIn(fields, 'session') ?? '',
    tool,
    command,
    path,
    cwd,
    enforce: fields['enforce'] === true,
    argv: textsIn(fields, 'argv'),
    exe: textIn(fields, 'exe'),
    pid: processIdIn(fields, 'pid'),
    ppid: processIdIn(fields, 'ppid'),
    sid: processIdIn(fields, 'sid'),
    door: textIn(fields, 'door'),
    markers: (textsIn(fields, 'markers') ?? []).slice(0, maxMarkers),
    guardable: fields['guardable'] !== false,
    truncated: fields['truncated'] === true,
    ...argumentBytesIn(fields),
    ...(parameters === null ? {} : { url, parameters }),
  });
}

/** Whether a question has a value that is not UTF-8, of which its text says less than its bytes. */
export function hasByteValues(body: unknown): boolean {
  return isRecord(body) && Object.keys(body).some((name) => name.endsWith('_b64'));
}

/** The arguments as bytes, where they are told and say the same. */
function argumentBytesIn(fields: UnknownRecord): Pick<ExecRequest, 'argvBase64'> {
  const argvBase64 = textsIn(fields, 'argv_b64');
  const argv = textsIn(fields, 'argv');
  if (argvBase64 === null || argvBase64.length !== argv?.length) return {};
  return argvBase64.every((word, index) => decodeBase64Text(word) === argv[index]) ? { argvBase64 } : {};
}

/** What a tool is called with, by name; `input` is the more structured of the two. */
function parametersIn({ params, input }: UnknownRecord): UnknownRecord {
  return { ...(isRecord(params) ? params : {}), ...(isRecord(input) ? input : {}) };
}

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1));
}

type ToolArguments = Pick<ExecRequest, 'command' | 'path' | 'cwd'> & { readonly url: string | null };

function parseArguments(tool: string, fields: UnknownRecord): Result<ToolArguments, string> {
  const places = argumentPlaces(fields);
  if (!places.ok) return places;
  if (places.value.some(({ command_b64: encoded }) => isLongerThan(maxEncodedLength, encoded)))
    return failure(`command_b64 is longer than ${maxEncodedLength} characters`);
  const command = agreedText(places.value, commandNames(tool), 'command');
  if (!command.ok) return command;
  const path = agreedText(places.value, pathNames(tool), 'path');
  if (!path.ok) return path;
  const cwd = agreedText(places.value, ['workdir', 'cwd'], 'working directory');
  if (!cwd.ok) return cwd;
  const url = agreedText(places.value, urlNames(tool), 'address');
  if (!url.ok) return url;
  if (isTooLong(cwd.value)) return failure(tooLong('the working directory'));
  const isAbsolute = cwd.value?.startsWith('/') === true;
  return success({
    command: command.value ?? '',
    path: path.value,
    cwd: isAbsolute ? cwd.value : null,
    url: url.value,
  });
}

function toolProblem(tool: string): string | null {
  if (!/^[A-Za-z0-9_.:-]+$/.test(tool) || tool.length > maxToolNameLength)
    return 'the tool name is not valid';
  const lower = tool.toLowerCase();
  return lower !== tool && reservedTools.includes(lower) ? `the tool is written ${lower}` : null;
}

function commandNames(tool: string): readonly string[] {
  if (tool === 'exec') return ['command', 'cmd', 'input', 'command_b64'];
  return tool === 'agent' ? ['command', 'description', 'prompt'] : ['command'];
}

function pathNames(tool: string): readonly string[] {
  return fileTools.includes(tool)
    ? ['path', 'file_path', 'file', 'filepath', 'target']
    : ['path', 'file_path'];
}

function urlNames(tool: string): readonly string[] {
  return fetchTools.includes(tool) ? ['url', 'uri', 'href'] : ['url'];
}

/** Top-level keys that count as arguments. */
const shorthands = ['command', 'path', 'url', 'workdir', 'cwd'];

/** Every map in which arguments may stand; of the first, the body itself, only the shorthands count. */
function argumentPlaces(fields: UnknownRecord): Result<readonly UnknownRecord[], string> {
  const places = [fields];
  for (const name of ['params', 'input']) {
    const map = fields[name] ?? null;
    if (map === null) continue;
    if (!isRecord(map)) return failure(`${name} is not an object`);
    places.push(map);
  }
  const { params } = fields;
  for (const name of isRecord(params) ? ['arguments', 'tool_input'] : []) {
    const inner = isRecord(params) ? params[name] : null;
    if (isRecord(inner)) places.push(inner);
  }
  return success(places);
}

/** The text that all places agree on; null when none has one. `description` yields to the names before it. */
function agreedText(
  places: readonly UnknownRecord[],
  names: readonly string[],
  meaning: string,
): Result<string | null, string> {
  let agreed: string | null = null;
  for (const place of places) {
    for (const name of names) {
      const value = valueIn(place, name, place === places[0]);
      if (value === null) continue;
      const text = name === 'command_b64' ? base64In(value) : value;
      if (typeof text !== 'string') return failure(`${name} is not a text`);
      if (text.trim() === '' || (agreed !== null && isFallback(name))) continue;
      if (agreed !== null && agreed !== text) return failure(`the ${meaning} is given twice and differs`);
      agreed = text;
    }
  }
  return success(agreed);
}

/** What stands under a name; null when it is absent or, in the body itself, no shorthand. */
function valueIn(place: UnknownRecord, name: string, isBody: boolean): unknown {
  const value = place[name] ?? null;
  return isBody && !shorthands.includes(name) ? null : value;
}

/** A hint that stands beside the command rather than for it. */
function isFallback(name: string): boolean {
  return name === 'description' || name === 'prompt';
}

function base64In(value: unknown): string | null {
  return typeof value === 'string' ? decodeBase64Text(value) : null;
}

/** What cannot be used of a question, as a sentence; null when all can. */
function fieldProblem(fields: UnknownRecord): string | null {
  const texts = ['agent', 'session', 'exe', 'door'];
  const mistyped =
    texts.find((name) => !isAbsentOr(fields[name], 'string')) ??
    ['enforce', 'guardable', 'truncated', 'verification'].find(
      (name) => !isAbsentOr(fields[name], 'boolean'),
    ) ??
    ['argv', 'markers'].find((name) => (fields[name] ?? null) !== null && textsIn(fields, name) === null);
  if (mistyped !== undefined) return `${mistyped} has the wrong type`;
  const overlong =
    texts.find((name) => isTooLong(textIn(fields, name))) ??
    (textsIn(fields, 'markers')?.some(isTooLong) === true ? 'a marker' : undefined);
  return overlong === undefined ? null : tooLong(overlong);
}

function isTooLong(text: string | null): boolean {
  return isLongerThan(maxNameLength, text);
}

function isLongerThan(length: number, value: unknown): boolean {
  return typeof value === 'string' && value.length > length;
}

function tooLong(what: string): string {
  return `${what} is longer than ${maxNameLength} characters`;
}

function isAbsentOr(value: unknown, type: 'string' | 'boolean'): boolean {
  return value === undefined || value === null || typeof value === type;
}

function textIn(fields: UnknownRecord, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' ? value : null;
}

function textsIn(fields: UnknownRecord, name: string): readonly string[] | null {
  const value = fields[name];
  if (!Array.isArray(value)) return null;
  return value.every((element) => typeof element === 'string') ? value : null;
}

function recordIdIn(fields: UnknownRecord): string | null {
  const id = textIn(fields, 'id');
  return id !== null && /^[0-9a-f]{32}$/.test(id) ? id : null;
}

function processIdIn(fields: UnknownRecord, name: string): number | null {
  const value = fields[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
