import { basename } from 'node:path';
import type { EndpointClient } from '../../client/endpointClient.ts';
import type { Pack } from '../../policy/listPacks.ts';
import { isBuiltIn, type PolicyFileContent } from '../../presentation/policyRows.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import { readPolicyTexts, type PolicyText } from '../../system/policySources.ts';
import { readPolicyFiles } from '../configuration.ts';

/** Where policies are looked for. */
export interface PolicyPlaces {
  readonly client: EndpointClient;
  readonly home: string;
  /** The folder with the policies that come with this extension. */
  readonly bundleFolder: string;
}

/** The policy files and what stands in them. */
export interface PolicyContents {
  readonly files: readonly PolicyFileContent[];
  /** The packs that can be switched: a file of the user's with rules of its own may stand in the place of one. */
  readonly packs: readonly Pack[];
  readonly problems: readonly PolicyProblem[];
  /** Whether an endpoint says that they count; otherwise they will, once one runs. */
  readonly isInForce: boolean;
}

/** Reads the policies that the endpoint says are in force; without one, those that would be. */
export async function readPolicies({ client, home, bundleFolder }: PolicyPlaces): Promise<PolicyContents> {
  const loaded = await client.policyOverview();
  // Reading policies takes longer than the rest of this window, and most never look at them.
  const [{ describePolicyFile }, { listPacks, packsFile }] = await Promise.all([
    import('../../policy/describePolicyFile.ts'),
    import('../../policy/listPacks.ts'),
  ]);
  const { texts, problems } = readPolicyTexts({ bundleFolder, home, files: readPolicyFiles(home) });
  const named = loaded.ok
    ? [...new Set(loaded.value.policies.map(({ sourceFile }) => sourceFile))]
    : texts.map(({ file }) => file);
  const sources = named.flatMap((file) => texts.find((text) => text.file === file) ?? readNamed(file));
  const builtIn = sources.find(({ origin }) => origin === 'builtin');
  const others = texts.filter(({ origin }) => origin !== 'builtin');
  const packs = builtIn === undefined ? [] : listPacks([builtIn, ...others]);
  return {
    files: sources.map((source) => ({ file: source.file, policies: describePolicyFile(source) })),
    packs: packs.filter(({ replacedBy }) => replacedBy === null || basename(replacedBy) === packsFile),
    problems: loaded.ok ? loaded.value.problems : problems,
    isInForce: loaded.ok,
  };
}

/** A file that only the endpoint knows of: of another version, of a project, or named on its command line. */
function readNamed(file: string): readonly PolicyText[] {
  const { texts } = readPolicyTexts({ bundleFolder: null, home: null, files: [file] });
  return texts.map((text) => (isBuiltIn(file) ? { ...text, origin: 'builtin' } : text));
}
