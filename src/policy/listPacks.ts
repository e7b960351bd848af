import { parsePolicyFile } from './parsePolicyFile.ts';
import type { PolicySource } from './policySet.ts';
import { readDescriptions } from './readDescriptions.ts';

/** One policy of the built-in file. */
export interface Pack {
  readonly name: string;
  readonly rules: number;
  readonly description: string;
  readonly isOn: boolean;
  /** The user's file that speaks in its place. */
  readonly replacedBy: string | null;
}

/** The file in the user's policy folder that says which packs are off. */
export const packsFile = 'packs.yaml';

/** The packs of the built-in policy among the files given, with what the user's files say of them. */
export function listPacks(sources: readonly PolicySource[]): readonly Pack[] {
  const files = sources.map((source) => parsePolicyFile(source));
  const users = files.filter(({ source, problems }) => source.origin === 'user' && problems.length === 0);
  return files
    .filter(({ source }) => source.origin === 'builtin')
    .flatMap(({ source, policies }) => {
      const descriptions = readDescriptions(source);
      return policies.map(({ policy, isEnabled }) => {
        const other = users.flatMap((file) => file.policies).find((each) => each.policy.name === policy.name);
        return {
          name: policy.name,
          rules: policy.rules.length,
          description: descriptions.get(policy.name) ?? '',
          isOn: other?.isEnabled ?? isEnabled,
          replacedBy: other?.policy.file ?? null,
        };
      });
    });
}
