import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { EvaluationWorld } from '../policy/evaluationWorld.ts';
import { parsePolicySet } from '../policy/parsePolicySet.ts';
import type { PolicySet } from '../policy/policySet.ts';
import { createShellReader } from '../policy/shellReader.ts';
import type { ShellReader } from '../policy/shellReader.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { readPolicyTexts, readProjectPolicy } from '../system/policySources.ts';
import type { PolicyText } from '../system/policySources.ts';
import { findWorkspace, resolveLinks } from '../system/workspaceRoot.ts';

/** Which policies decide, and where. */
export interface PolicyChoice {
  readonly bundleFolder: string;
  readonly hasDefault: boolean;
  /** Files named on the command line, absolute. */
  readonly files: readonly string[];
  readonly home: string | null;
  /** `TMPDIR`; undefined when it is not set. */
  readonly temporary: string | undefined;
  /** Working directory of the commands, absolute. */
  readonly cwd: string;
  /** Texts that stand for what is on disk, or beside it. */
  readonly drafts?: readonly PolicyText[];
  /** It will decide often enough that the grammar is worth optimizing. */
  readonly isLasting?: boolean;
}

/** Policies that are ready to decide. */
export interface LoadedPolicy {
  /** What is wrong with policy files; those have no say. */
  readonly problems: readonly PolicyProblem[];
  readonly set: PolicySet;
  /** The files it was read from, in the order in which they count. */
  readonly texts: readonly PolicyText[];
  readonly workspace: string | null;
  readonly world: EvaluationWorld;
  decide(request: ExecRequest): Decision;
}

/** Loads the policies that an endpoint would decide by for a command in `cwd`. A failure is ours: a missing file. */
export async function loadPolicy(choice: PolicyChoice): Promise<Result<LoadedPolicy, string>> {
  const reader = await loadShellReader(choice.bundleFolder, choice.isLasting === true);
  if (!reader.ok) return reader;
  const { home, cwd } = choice;
  const workspace = findWorkspace(cwd, { folders: [], home, exists: existsSync });
  const read = readPolicyTexts({
    bundleFolder: choice.hasDefault ? choice.bundleFolder : null,
    home,
    files: choice.files,
  });
  const project = workspace === null ? { text: null, problem: null } : readProjectPolicy(workspace);
  const texts = withDrafts(
    project.text === null ? read.texts : [...read.texts, project.text],
    choice.drafts ?? [],
  );
  const parsed = parsePolicySet(texts);
  const world = {
    reader: reader.value,
    home,
    workspace,
    temporary: ['/tmp', ...(choice.temporary === undefined ? [] : [choice.temporary])],
    realpath: (path: string) => resolveLinks(path),
    now: () => Date.now(),
    elapsed: () => performance.now(),
  };
  return success({
    problems: [...read.problems, ...(project.problem === null ? [] : [project.problem]), ...parsed.problems],
    set: parsed.set,
    texts,
    workspace,
    world,
    decide: (request) => evaluate(parsed.set, request, world),
  });
}

function withDrafts(texts: readonly PolicyText[], drafts: readonly PolicyText[]): readonly PolicyText[] {
  const fresh = drafts.filter(({ file }) => !texts.some((text) => text.file === file));
  return [...texts.map((text) => drafts.find(({ file }) => file === text.file) ?? text), ...fresh];
}

async function loadShellReader(
  bundleFolder: string,
  isLasting: boolean,
): Promise<Result<ShellReader, string>> {
  // Otherwise V8 goes on optimizing the grammar, and this process, done long since, waits for it at its end.
  if (!isLasting) setFlagsFromString('--liftoff-only');
  try {
    const [runtime, grammar] = ['tree-sitter.wasm', 'tree-sitter-bash.wasm'].map((name) =>
      readFileSync(join(bundleFolder, name)),
    );
    return success(await createShellReader(runtime ?? Buffer.alloc(0), grammar ?? Buffer.alloc(0)));
  } catch (thrown) {
    return failure(`the shell grammar cannot be loaded: ${messageOf(thrown)}`);
  }
}
