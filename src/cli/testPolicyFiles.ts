import { dirname, join, resolve } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { parsePolicySet } from '../policy/parsePolicySet.ts';
import { parsePolicyTests } from '../policy/parsePolicyTests.ts';
import type { PolicyTestOutcome } from '../policy/policyTest.ts';
import { runPolicyTest } from '../policy/runPolicyTest.ts';
import type { PolicyText } from '../system/policySources.ts';
import { readPolicyTexts } from '../system/policySources.ts';
import { exitStatus } from './exitStatus.ts';
import type { LoadedPolicy } from './loadPolicy.ts';
import { createPalette } from './palette.ts';
import type { Palette } from './palette.ts';
import { loadChosenPolicy } from './policyOptions.ts';
import type { RuleChange } from './ruleChange.ts';

/** What came of one file. */
interface FileOutcome {
  readonly file: string;
  readonly outcomes: readonly PolicyTestOutcome[];
  readonly errors: readonly string[];
}

/** Runs the cases of these files, or of those in force when there are none, and gives the exit status. */
export async function testPolicyFiles(files: readonly string[], testing: RuleChange): Promise<number> {
  const { choice, context, isJson } = testing;
  const policy = await loadChosenPolicy(choice, context);
  const paths = files.map((file) => resolve(context.cwd, file));
  const results = policy.ok
    ? chooseTexts(paths, policy.value).map((text) =>
        typeof text === 'string'
          ? { file: '', outcomes: [], errors: [text] }
          : testFile(text, policy.value, choice.cwd),
      )
    : [{ file: '', outcomes: [], errors: [policy.error] }];
  const isGood = results.every(
    ({ outcomes, errors }) => errors.length === 0 && outcomes.every(({ isPassed }) => isPassed),
  );
  context.output.out(isJson ? formatJson(results) : formatText(results, createPalette(context)));
  return isGood ? exitStatus.done : exitStatus.failed;
}

/** The texts to be tested; a text that is a problem is one. */
function chooseTexts(paths: readonly string[], policy: LoadedPolicy): readonly (PolicyText | string)[] {
  if (paths.length === 0) return policy.texts.filter(({ origin }) => origin !== 'builtin');
  const read = readPolicyTexts({ bundleFolder: null, home: null, files: paths });
  return [...read.problems.map(({ file, message }) => `${file}: ${message}`), ...read.texts];
}

function testFile(source: PolicyText, { world }: LoadedPolicy, cwd: string): FileOutcome {
  const suite = parsePolicyTests(source);
  const decider = suite.policy === null ? success(source) : readNamed(suite.policy, source.file, world.home);
  if (!decider.ok) return { file: source.file, outcomes: [], errors: [decider.error] };
  const { set, problems } = parsePolicySet([decider.value]);
  const errors = [...suite.problems, ...problems].map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  const outcomes = errors.length > 0 ? [] : suite.tests.map((test) => runPolicyTest(set, test, world, cwd));
  return { file: source.file, outcomes, errors: [...new Set(errors)] };
}

/** The policy that a suite names. */
function readNamed(name: string, suite: string, home: string | null): Result<PolicyText, string> {
  const path = name.startsWith('~/') ? join(home ?? '/', name.slice(2)) : resolve(dirname(suite), name);
  const { texts, problems } = readPolicyTexts({ bundleFolder: null, home: null, files: [path] });
  const [text] = texts;
  return text === undefined
    ? failure(`${suite}: policy ${path}: ${problems[0]?.message ?? 'cannot be read'}`)
    : success(text);
}

function countsOf(results: readonly FileOutcome[]): Record<'passed' | 'failed' | 'errors' | 'total', number> {
  const all = results.flatMap(({ outcomes }) => outcomes);
  const passed = all.filter(({ isPassed }) => isPassed).length;
  const errors = results.flatMap((result) => result.errors).length;
  return { passed, failed: all.length - passed, errors, total: all.length };
}

/** The peer's shape. */
function formatJson(results: readonly FileOutcome[]): string {
  const tests = results.flatMap(({ outcomes, errors }) => [
    ...outcomes.map(({ test, decision, isPassed }) => ({
      name: test.name,
      passed: isPassed,
      ...(isPassed ? {} : { expected: test.expected, got: decision.action, message: decision.message }),
    })),
    ...errors.map((error) => ({ name: '', passed: false, error })),
  ]);
  return `${JSON.stringify({ ...countsOf(results), tests })}\n`;
}

function formatText(results: readonly FileOutcome[], palette: Palette): string {
  let number = 0;
  const lines = results.flatMap(({ file, outcomes, errors }) => [
    ...errors.map((error) => `${palette.action('deny', 'error')}: ${error}`),
    ...outcomes.flatMap((outcome) => formatOutcome(outcome, (number += 1), { file, palette })),
  ]);
  const { passed, failed, errors } = countsOf(results);
  const total = `${passed} passed, ${failed} failed${errors === 0 ? '' : `, ${errors} errors`}`;
  return `${[...lines, total].join('\n')}\n`;
}

function formatOutcome(
  { test, decision, isPassed }: PolicyTestOutcome,
  number: number,
  { file, palette }: { readonly file: string; readonly palette: Palette },
): readonly string[] {
  const title = `${number} - ${test.name === '' ? `line ${test.line}` : test.name}`;
  if (isPassed) return [`${palette.action('allow', 'ok')} ${title}`];
  const by = decision.rule === null ? 'by default' : `by ${decision.rule.policy}#${decision.rule.index + 1}`;
  const isMessage = decision.action === test.expected;
  return [
    `${palette.action('deny', 'not ok')} ${title}`,
    `  ${file}:${test.line}: expected ${isMessage ? 'another message' : test.expected}, got ${decision.action} ${by}: ${decision.message}`,
  ];
}
