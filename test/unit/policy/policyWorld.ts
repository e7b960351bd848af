import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import type { EvaluationWorld } from '../../../src/policy/evaluationWorld.ts';
import { createShellReader } from '../../../src/policy/shellReader.ts';
import type { ShellReader } from '../../../src/policy/shellReader.ts';

/** A reader with the grammar that ships. */
export async function openShellReader(): Promise<ShellReader> {
  const { resolve } = createRequire(import.meta.url);
  const read = (file: string) => readFile(resolve(`@vscode/tree-sitter-wasm/wasm/${file}`));
  return createShellReader(await read('tree-sitter.wasm'), await read('tree-sitter-bash.wasm'));
}

/** What a test says of the machine; the rest is as in `imagineWorld`. */
export interface ImaginedWorld {
  readonly home?: string | null;
  readonly workspace?: string | null;
  readonly temporary?: readonly string[];
  /** Symbolic links: from a path to the path that it stands for. */
  readonly links?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  readonly elapsed?: () => number;
  /** The process of the policy endpoint. */
  readonly endpoint?: number;
}

/** A machine without files: only the links that are named exist. */
export function imagineWorld(reader: ShellReader, imagined: ImaginedWorld = {}): EvaluationWorld {
  const links = Object.entries(imagined.links ?? {});
  return {
    reader,
    home: imagined.home === undefined ? '/home/ada' : imagined.home,
    workspace: imagined.workspace === undefined ? '/home/ada/project' : imagined.workspace,
    temporary: imagined.temporary ?? ['/tmp'],
    realpath(path) {
      const link = links.find(([from]) => path === from || path.startsWith(`${from}/`));
      return link === undefined ? path : this.realpath(link[1] + path.slice(link[0].length));
    },
    ...(imagined.endpoint === undefined ? {} : { endpoint: imagined.endpoint }),
    now: imagined.now ?? (() => 0),
    elapsed: imagined.elapsed ?? (() => 0),
  };
}

/** A request as the library would send it, with what the test says instead. */
export function imagineRequest(request: Partial<ExecRequest>): ExecRequest {
  return {
    id: null,
    agent: 'agent',
    session: 'session-1',
    tool: 'exec',
    command: '',
    path: null,
    enforce: true,
    argv: null,
    exe: null,
    cwd: '/home/ada/project',
    pid: 100,
    ppid: 99,
    sid: 99,
    door: null,
    markers: [],
    guardable: true,
    truncated: false,
    ...request,
  };
}
