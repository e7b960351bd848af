import type { ExecRequest } from '../protocol/execRequest.ts';
import { evaluate } from './evaluate.ts';
import type { EvaluationWorld } from './evaluationWorld.ts';
import type { PolicySet } from './policySet.ts';
import type { PolicyTest, PolicyTestOutcome } from './policyTest.ts';

/** Decides a case by a policy. `cwd` is where a command runs when the case does not say it. */
export function runPolicyTest(
  set: PolicySet,
  test: PolicyTest,
  world: EvaluationWorld,
  cwd: string | null,
): PolicyTestOutcome {
  const decision = evaluate(set, requestOf(test, cwd), world);
  const isPassed =
    decision.action === test.expected &&
    (test.expectedMessage === null || test.expectedMessage.test(decision.message));
  return { test, decision, isPassed };
}

function requestOf(test: PolicyTest, cwd: string | null): ExecRequest {
  const first = (...names: readonly string[]): string | null => {
    const found = names.map((name) => test.parameters[name]).find((value) => typeof value === 'string');
    return typeof found === 'string' ? found : null;
  };
  return {
    id: null,
    agent: test.agent,
    session: '',
    tool: test.tool,
    command: first('command', 'cmd', 'input') ?? '',
    path: first('path', 'file_path', 'file', 'filepath', 'target'),
    enforce: false,
    argv: null,
    exe: null,
    cwd: first('workdir', 'cwd') ?? cwd,
    pid: null,
    ppid: null,
    sid: null,
    door: null,
    markers: [],
    guardable: true,
    truncated: false,
    url: first('url', 'uri', 'href'),
    parameters: test.parameters,
  };
}
