import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicyOrigin, PolicySet } from '../../../src/policy/policySet.ts';
import type { ShellReader } from '../../../src/policy/shellReader.ts';
import { imagineRequest, imagineWorld } from './policyWorld.ts';
import type { ImaginedWorld } from './policyWorld.ts';

/** Where the cases are kept: one folder each. */
export const casesFolder = 'test/fixtures/policies';

/** `cases.yaml` of a folder. `commands` are shell texts, `calls` argument vectors, `requests` whole requests. */
interface CaseFile {
  readonly policies?: readonly { readonly file: string; readonly origin: PolicyOrigin }[];
  readonly world?: ImaginedWorld;
  readonly cases: readonly CaseGroup[];
}

interface CaseGroup {
  /** The action, with the policy or the rule behind a space: `deny default-git`, `deny default-git#1`. */
  readonly expect: string;
  readonly why?: string;
  readonly world?: ImaginedWorld;
  readonly request?: Partial<ExecRequest>;
  readonly commands?: readonly string[];
  readonly calls?: readonly (readonly string[])[];
  readonly requests?: readonly Partial<ExecRequest>[];
}

/** What came of the cases of a folder. */
export interface CaseOutcome {
  readonly count: number;
  /** One line for each case that was decided otherwise than its folder says. */
  readonly wrong: readonly string[];
}

/** Decides every case of a folder. */
export async function decideCases(folder: string, reader: ShellReader): Promise<CaseOutcome> {
  const file = parse(await readFile(join(casesFolder, folder, 'cases.yaml'), 'utf8')) as CaseFile;
  const set = await readSet(folder, file);
  const wrong: string[] = [];
  let count = 0;
  for (const group of file.cases) {
    const world = imagineWorld(reader, { ...file.world, ...group.world });
    for (const request of requestsOf(group)) {
      const shown =
        `${request.argv === null ? request.command : JSON.stringify(request.argv)} ${request.path ?? ''}`.trim();
      const { action, rule } = evaluate(set, request, world);
      const named = rule === null ? action : `${action} ${rule.policy}#${rule.index + 1}`;
      const found = asExpected(group.expect, named);
      count += 1;
      if (found !== group.expect) wrong.push(`${shown} => ${named}, not ${group.expect}`);
    }
  }
  return { count, wrong };
}

/** What was decided, as far as an expectation says it. */
function asExpected(expected: string, named: string): string {
  const [action = '', policy = ''] = named.split(/[ #]/);
  if (expected.includes('#')) return named;
  return expected.includes(' ') ? `${action} ${policy}` : action;
}

async function readSet(folder: string, file: CaseFile): Promise<PolicySet> {
  const named = file.policies ?? [
    { file: join(casesFolder, folder, 'policy.yaml'), origin: 'user' as const },
  ];
  const sources = await Promise.all(
    named.map(async (source) => ({ ...source, text: await readFile(source.file, 'utf8') })),
  );
  const { set, problems } = parsePolicySet(sources);
  if (problems.length > 0) throw new Error(`the policy has problems: ${JSON.stringify(problems)}`);
  return set;
}

function requestsOf(group: CaseGroup): readonly ExecRequest[] {
  const common = group.request ?? {};
  const ofCommands = (group.commands ?? []).map((command) => {
    if (typeof command !== 'string')
      throw new Error(`YAML makes no text of ${JSON.stringify(command)}: quote it`);
    return imagineRequest({ ...common, command });
  });
  const ofCalls = (group.calls ?? []).map((argv) =>
    imagineRequest({ ...common, argv, exe: argv[0] ?? null, command: argv.map(quote).join(' ') }),
  );
  const ofRequests = (group.requests ?? []).map((request) => imagineRequest({ ...common, ...request }));
  return [...ofCommands, ...ofCalls, ...ofRequests];
}

/** As the library quotes; docs/protocol.md, section 3. */
function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
