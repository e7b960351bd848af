import { createHash } from 'node:crypto';
import { rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRecord, parseJson } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { changeFile, readOrEmpty } from '../../system/changeFile.ts';
import type { Environment } from '../preloadEnvironment.ts';
import type { AgentAdapter, SettingsPart } from './agentAdapters.ts';
import type { AgentWiring } from './settingsEdit.ts';

/** Whose settings are changed. */
export interface AgentPlace {
  /** The user's home directory. */
  readonly home: string;
  readonly environment: Environment;
}

/** One file as it is and as it would be. An empty text stands for no file. */
export interface SettingsChange {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Whether an agent's settings have ours in them; `changed`: they had, and others have changed them since. */
export type AdapterState = 'absent' | 'applied' | 'changed';

/** What was written for an agent, so that it can be taken out exactly. */
interface AppliedFile {
  readonly file: string;
  readonly before: string;
  /** SHA-256 of the text that was written, hex. */
  readonly written: string;
}

type AppliedFiles = Readonly<Record<string, readonly AppliedFile[]>>;

/** The changes that would be made, in the order of the files; a file that has ours already is left out. */
export function previewAdapter(
  adapter: AgentAdapter,
  wiring: AgentWiring,
  place: AgentPlace,
): Result<readonly SettingsChange[], string> {
  const changes: SettingsChange[] = [];
  for (const { file, edit } of pathsOf(adapter, place)) {
    const before = readText(file);
    if (!before.ok) return before;
    const after = edit.add(before.value, wiring);
    if (!after.ok) return failure(`${file}: ${after.error}`);
    if (after.value !== before.value) changes.push({ file, before: before.value, after: after.value });
  }
  return success(changes);
}

/** Makes the changes of a preview. What others wrote meanwhile is not lost: such a file is left, and said. */
export function applyAdapter(
  adapter: AgentAdapter,
  changes: readonly SettingsChange[],
  place: AgentPlace,
): Result<null, string> {
  for (const { file, before, after } of changes) {
    const kept = keepRecord(place, (applied) => ({
      ...applied,
      [adapter.agent]: [
        ...(applied[adapter.agent] ?? []).filter((one) => one.file !== file),
        { file, before, written: hashText(after) },
      ],
    }));
    if (!kept.ok) return kept;
    const changed = changeFile(file, (text) =>
      text === before ? success(after) : failure('it was changed meanwhile; nothing is written to it'),
    );
    if (!changed.ok) return changed;
  }
  return success(null);
}

/**
 * Takes out what was written: byte for byte where nobody has changed the file since, else only what is ours.
 * A failure says what has to be taken out by hand.
 */
export function undoAdapter(
  adapter: AgentAdapter,
  wiring: AgentWiring,
  place: AgentPlace,
): Result<readonly SettingsChange[], string> {
  const applied = readRecord(place)[adapter.agent] ?? [];
  const undone: SettingsChange[] = [];
  for (const { file, before, written } of applied) {
    const present = readText(file);
    if (!present.ok) return present;
    const edit = pathsOf(adapter, place).find((part) => part.file === file)?.edit;
    const after =
      hashText(present.value) === written || edit === undefined
        ? success(before)
        : edit.remove(present.value, wiring);
    if (!after.ok) return failure(`${file}: ${after.error}`);
    const change = { file, before: present.value, after: after.value };
    const changed = write(change, place);
    if (!changed.ok) return changed;
    undone.push(change);
  }
  const kept = keepRecord(place, (records) =>
    Object.fromEntries(Object.entries(records).filter(([agent]) => agent !== adapter.agent)),
  );
  return kept.ok ? success(undone) : kept;
}

/** What the settings of an agent say now. */
export function adapterState(adapter: AgentAdapter, wiring: AgentWiring, place: AgentPlace): AdapterState {
  const applied = readRecord(place)[adapter.agent] ?? [];
  if (applied.length === 0) return 'absent';
  const missing = previewAdapter(adapter, wiring, place);
  return missing.ok && missing.value.length === 0 ? 'applied' : 'changed';
}

function pathsOf(adapter: AgentAdapter, { home, environment }: AgentPlace): readonly SettingsPart[] {
  const folder = adapter.folder(home, environment);
  return adapter.parts.map(({ file, edit }) => ({ file: join(folder, file), edit }));
}

/** An empty text takes the file away: none of ours, and no agent's, says anything with an empty one. */
function write({ file, before, after }: SettingsChange, { home }: AgentPlace): Result<null, string> {
  const changed = changeFile(file, (text) =>
    text === before ? success(after) : failure('it is being changed; try again'),
  );
  if (!changed.ok) return changed;
  if (after === '') removeFile(file, home);
  return success(null);
}

/** Takes a file away, and the folders that hold nothing without it. */
function removeFile(file: string, home: string): void {
  rmSync(file, { force: true });
  for (let folder = dirname(file); folder.startsWith(`${home}/`); folder = dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch {
      return; // It holds something else.
    }
  }
}

function readText(file: string): Result<string, string> {
  try {
    return success(readOrEmpty(file));
  } catch (thrown) {
    return failure(`${file} cannot be read: ${String(thrown)}`);
  }
}

function recordFile({ home }: AgentPlace): string {
  return join(home, '.rampart', 'adapters.json');
}

function readRecord(place: AgentPlace): AppliedFiles {
  const text = readText(recordFile(place));
  return text.ok ? parseRecord(text.value) : {};
}

function keepRecord(
  place: AgentPlace,
  change: (applied: AppliedFiles) => AppliedFiles,
): Result<null, string> {
  const kept = changeFile(recordFile(place), (text) =>
    success(`${JSON.stringify(change(parseRecord(text)), null, 2)}\n`),
  );
  return kept.ok ? success(null) : kept;
}

function parseRecord(text: string): AppliedFiles {
  const read = parseJson(text);
  if (!read.ok || !isRecord(read.value)) return {};
  return Object.fromEntries(
    Object.entries(read.value).map(([agent, files]) => [
      agent,
      Array.isArray(files) ? files.filter(isAppliedFile) : [],
    ]),
  );
}

function isAppliedFile(value: unknown): value is AppliedFile {
  return isRecord(value) && ['file', 'before', 'written'].every((name) => typeof value[name] === 'string');
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
