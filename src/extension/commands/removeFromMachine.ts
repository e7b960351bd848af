import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { isRecord, parseJson } from '../../base/record.ts';
import { failure, success, type Result } from '../../base/result.ts';
import { currentNodeProgram } from '../../client/nodeProgram.ts';
import { removeMessages } from '../../presentation/removeText.ts';
import type { CommandParts } from './commandParts.ts';
import { findObstacle, tellObstacle } from './removalObstacle.ts';

/** How long the endpoint may take to end, and how often to look, in milliseconds. */
const endTimeoutMs = 10_000;
const lookMs = 50;

/** How long none may come back: another window starts the next one at once until it has heard that the guard is off. */
const quietMs = 1_000;

/** The command, as the audit log names it. */
const name = 'Remove from This Machine';

/** What was there, by path. */
interface Removal {
  readonly removed: readonly string[];
  readonly left: readonly string[];
}

/** Takes away what Rampart has installed for this user, after asking, and says what stays. */
export async function removeFromMachine(parts: CommandParts): Promise<void> {
  const { notices, guard, status } = parts;
  const { question, detail, button } = removeMessages;
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) !== button) return;
  // Looked for first: while something is guarded, nothing is turned off.
  const obstacle = findObstacle(parts);
  if (obstacle !== null) {
    await tellObstacle(obstacle);
    return;
  }
  const wasGuarding = status.current.guardEnabled;
  await guard.turnOff(name);
  const outcome = (await endEndpoint(parts))
    ? await uninstall(parts)
    : failure(removeMessages.endpointRemains);
  if (!outcome.ok) {
    const isThere = (await parts.client.health()).ok;
    // What is still there guards as before.
    if (wasGuarding) await guard.turnOn(name);
    await tellFailure(parts, isThere ? removeMessages.endpointRemains : outcome.error);
  } else if (outcome.value.removed.length === 0) notices.inform(removeMessages.nothing);
  else
    notices.inform(removeMessages.done(formatPaths(outcome.value.removed), formatPaths(outcome.value.left)));
}

/** What was started meanwhile may be in the way now. */
async function tellFailure(parts: CommandParts, problem: string): Promise<void> {
  const obstacle = findObstacle(parts);
  if (obstacle === null) parts.notices.warn(removeMessages.failed(problem));
  else await tellObstacle(obstacle);
}

/** Only this process may: what it starts has no authority over the endpoint. */
async function endEndpoint({ client, clock }: CommandParts): Promise<boolean> {
  let seenAt = clock.now();
  for (const end = clock.now() + endTimeoutMs; clock.now() < end;) {
    const health = await client.health();
    if (health.ok || health.error.code !== 'unreachable') {
      seenAt = clock.now();
      await client.shutdown();
    } else if (clock.now() - seenAt >= quietMs) return true;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return false;
}

/** The command line knows what is ours, and what is in the way. */
function uninstall({ bundleFolder, environment }: CommandParts): Promise<Result<Removal, string>> {
  const { path } = currentNodeProgram();
  const words = [join(bundleFolder, 'cli.js'), 'uninstall', '--yes', '--json'];
  const env = { ...environment, ELECTRON_RUN_AS_NODE: '1' };
  return new Promise((resolve) => {
    execFile(path, words, { env }, (error, stdout, stderr) => {
      const said = parseJson(stdout.trim());
      if (error !== null || !said.ok || !isRecord(said.value))
        resolve(failure(formatRefusal(stderr) || (error?.message ?? stdout)));
      else resolve(success({ removed: pathsIn(said.value['removed']), left: pathsIn(said.value['left']) }));
    });
  });
}

/** What the command line says, in one sentence without its name. */
function formatRefusal(stderr: string): string {
  return stderr
    .trim()
    .replaceAll(/^rampart: /gm, '')
    .replaceAll('\n', '; ');
}

function pathsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((path) => typeof path === 'string') : [];
}

function formatPaths(paths: readonly string[]): string {
  const home = homedir();
  return paths.map((path) => (path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path)).join(', ');
}
