import { execFile } from 'node:child_process';
import { isRecord, parseJson } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { NodeProgram } from './nodeProgram.ts';
import type { Environment } from './preloadEnvironment.ts';

/** What `rampart doctor` found out about one thing. */
export interface MachineCheck {
  readonly name: string;
  readonly status: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
  /** What to do; null where nothing has to be done. */
  readonly remedy: string | null;
}

/** What the command line is run with. */
export interface Examination {
  readonly program: NodeProgram;
  /** The bundle of the command line, `cli.js`. */
  readonly bundle: string;
  readonly environment: Environment;
}

/** How long the doctor may take: it starts a program to see whether the library is loaded. In milliseconds. */
const examinationTimeoutMs = 20_000;

/** Lets the command line's doctor look at this machine. A failure says why it could not. */
export function examineMachine({
  program,
  bundle,
  environment,
}: Examination): Promise<Result<readonly MachineCheck[], string>> {
  const env = program.isElectron ? { ...environment, ELECTRON_RUN_AS_NODE: '1' } : { ...environment };
  return new Promise((resolve) => {
    execFile(
      program.path,
      [bundle, 'doctor', '--machine', '--json'],
      { env, timeout: examinationTimeoutMs },
      (error, stdout, stderr) => {
        const checks = parseChecks(stdout);
        // It exits with 1 when there is a problem, and says so in its answer.
        if (checks !== null) resolve(success(checks));
        else resolve(failure(stderr.trim() || (error?.message ?? 'the doctor said nothing')));
      },
    );
  });
}

function parseChecks(text: string): readonly MachineCheck[] | null {
  const answer = parseJson(text);
  const list: unknown = answer.ok && isRecord(answer.value) ? answer.value['checks'] : null;
  return Array.isArray(list) ? list.flatMap(parseCheck) : null;
}

const statuses: readonly MachineCheck['status'][] = ['ok', 'note', 'warning', 'problem'];

function parseCheck(entry: unknown): readonly MachineCheck[] {
  if (!isRecord(entry)) return [];
  const { name, message, remedy } = entry;
  const status = statuses.find((one) => one === entry['status']);
  if (status === undefined || typeof name !== 'string' || typeof message !== 'string') return [];
  return [{ name, status, message, remedy: typeof remedy === 'string' ? remedy : null }];
}
