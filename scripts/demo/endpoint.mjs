// @ts-check
// The policy endpoint that a demo started outlives its window and its shell, so the demo ends it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../test/host/until.mjs';

const maxSocketPathBytes = 100;
const endTimeoutMs = 3_000;

/** A state directory of its own for one demo, short enough for a socket. @param {string} folder */
export function createStateDirectory(folder) {
  mkdirSync(folder, { recursive: true });
  const longest = Buffer.byteLength(join(folder, 'run-XXXXXX', 'endpoint.sock'));
  return mkdtempSync(longest > maxSocketPathBytes ? join(tmpdir(), 'rampart-demo-') : join(folder, 'run-'));
}

/** Ends the endpoint that serves this state directory, if one does, and removes the directory. @param {string} cli @param {string} directory */
export async function removeStateDirectory(cli, directory) {
  const words = [cli, 'status', '--state-dir', directory, '--json'];
  const status = spawnSync(process.execPath, words, { encoding: 'utf8' });
  const pid = status.status === 0 ? Number(JSON.parse(status.stdout).pid) : 0;
  if (pid > 0) {
    signal(pid, 'SIGTERM');
    const gone = () => !signal(pid, 0);
    await until(gone, { what: 'the endpoint to end', timeoutMs: endTimeoutMs }).catch(() =>
      signal(pid, 'SIGKILL'),
    );
  }
  rmSync(directory, { recursive: true, force: true });
}

/** @param {number} pid @param {NodeJS.Signals | 0} name @returns {boolean} whether it was there */
function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
