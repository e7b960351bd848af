import { readPolicyTexts } from '../system/policySources.ts';

/** What is wrong with policy files that were named on the command line, as `FILE:LINE:COLUMN: text`. */
export async function findPolicyProblems(files: readonly string[]): Promise<readonly string[]> {
  if (files.length === 0) return [];
  // The policy language is only loaded for who asks for it.
  const { parsePolicySet } = await import('../policy/parsePolicySet.ts');
  const read = readPolicyTexts({ bundleFolder: null, home: null, files });
  return [...read.problems, ...parsePolicySet(read.texts).problems].map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
}
