import type { Action } from '../protocol/decision.ts';
import { parsePolicyFile } from './parsePolicyFile.ts';
import type { PolicySource } from './policySet.ts';
import { readDescriptions } from './readDescriptions.ts';

/** A policy as its file has it, for people who look through it. */
export interface DescribedPolicy {
  readonly name: string;
  readonly line: number;
  readonly description: string;
  readonly rules: readonly { readonly action: Action; readonly message: string; readonly line: number }[];
}

/** The policies of a file in their order; none where the file has problems. Never throws. */
export function describePolicyFile(source: PolicySource): readonly DescribedPolicy[] {
  const { policies, problems } = parsePolicyFile(source);
  if (problems.length > 0) return [];
  const descriptions = readDescriptions(source);
  return policies.map(({ policy, line }) => ({
    name: policy.name,
    line,
    description: descriptions.get(policy.name) ?? '',
    rules: policy.rules.map(({ action, message, reference }) => ({ action, message, line: reference.line })),
  }));
}
