import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { lintPolicies } from '../policy/lintPolicies.ts';
import type { LintFinding } from '../policy/lintPolicies.ts';
import type { PolicyTexts } from '../system/policySources.ts';
import { projectPolicyFile, readPolicyTexts, readProjectPolicy } from '../system/policySources.ts';
import { findWorkspace } from '../system/workspaceRoot.ts';
import { exitStatus } from './exitStatus.ts';
import type { PolicyChoice } from './loadPolicy.ts';
import { createPalette } from './palette.ts';
import type { RuleChange } from './ruleChange.ts';

/** How files are looked at, and how that is told. */
export interface Linting extends RuleChange {
  readonly isStrict: boolean;
}

/** Prints what is wrong with these files, or with those in force when there are none, and gives the exit status. */
export function lintFiles(files: readonly string[], linting: Linting): number {
  const { choice, context, isStrict, isJson } = linting;
  const paths = files.map((file) => resolve(context.cwd, file));
  const { texts, problems } = readTexts(paths, choice);
  const findings: readonly LintFinding[] = [
    ...problems.map((problem) => ({ ...problem, severity: 'error' as const })),
    ...lintPolicies(texts, Date.now()),
  ];
  const count = (severity: LintFinding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const palette = createPalette(context);
  const paint = { error: 'deny', warning: 'ask', info: 'allow' } as const;
  const read = paths.length === 0 ? texts.length : paths.length;
  context.output.out(
    isJson
      ? `${JSON.stringify(findings)}\n`
      : [
          ...findings.map(
            ({ file, line, column, severity, message }) =>
              `${file}:${line}:${column}: ${palette.action(paint[severity], severity)}: ${message}\n`,
          ),
          `${countOf(read, 'file')}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}\n`,
        ].join(''),
  );
  return errors > 0 || (isStrict && warnings > 0) ? exitStatus.failed : exitStatus.done;
}

/** What the policies in force have that is surely not meant as it is written, each with its place. */
export function findPolicyWarnings(choice: PolicyChoice): readonly string[] {
  return lintPolicies(readTexts([], choice).texts, Date.now())
    .filter(({ severity }) => severity === 'warning')
    .map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Named files are read beside the built-in one, whose names they may take; nothing is said of that. */
function readTexts(paths: readonly string[], { bundleFolder, home, cwd }: PolicyChoice): PolicyTexts {
  const workspace = findWorkspace(cwd, { folders: [], home, exists: existsSync });
  const ofProject = workspace === null ? null : projectPolicyFile(workspace);
  if (paths.length > 0) {
    const read = readPolicyTexts({ bundleFolder, home: null, files: paths });
    const texts = read.texts.map((text) =>
      text.file === ofProject ? { ...text, origin: 'project' as const } : text,
    );
    return { ...read, texts };
  }
  const read = readPolicyTexts({ bundleFolder, home, files: [] });
  if (workspace === null) return read;
  const project = readProjectPolicy(workspace);
  return {
    texts: [...read.texts, ...(project.text === null ? [] : [project.text])],
    problems: [...read.problems, ...(project.problem === null ? [] : [project.problem])],
  };
}
