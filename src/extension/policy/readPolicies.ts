import { basename } from 'node:path';
import type { EndpointClient } from '../../client/endpointClient.ts';
import type { Pack } from '../../policy/listPacks.ts';
import { isBuiltIn, type PolicyFileContent } from '../../presentation/policyRows.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import { readPolicyTexts, type PolicyText, type PolicyTexts } from '../../system/policySources.ts';

/** Where policies are looked for. */
export interface PolicyPlaces {
  readonly client: EndpointClient;
  readonly home: string;
  /** The folder with the policies that come with this extension. */
  readonly bundleFolder: string;
  /** The files that the user's settings name. */
  readonly namedFiles: () => readonly string[];
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
export async function readPolicies(places: PolicyPlaces): Promise<PolicyContents> {
  const { client, home, bundleFolder } = places;
  const loaded = await client.policyOverview();
  // Reading policies takes longer than the rest of this window, and most never look at them.
  const [{ describePolicyFile }, { listPacks, packsFile }] = await Promise.all([
    import('../../policy/describePolicyFile.ts'),
    import('../../policy/listPacks.ts'),
  ]);
  const found = readPolicyTexts({ bundleFolder, home, files: places.namedFiles() });
  const { texts } = found;
  const { policies, problems } = loaded.ok ? loaded.value : await foresee(found);
  const sources = [...new Set(policies.map(({ sourceFile }) => sourceFile))].flatMap(
    (file) => texts.find((text) => text.file === file) ?? readNamed(file),
  );
  const builtIn = sources.find(({ origin }) => origin === 'builtin');
  const others = texts.filter(({ origin }) => origin !== 'builtin');
  const packs = builtIn === undefined ? [] : listPacks([builtIn, ...others]);
  return {
    files: sources.map((source) => ({ file: source.file, policies: describePolicyFile(source) })),
    packs: packs.filter(({ replacedBy }) => replacedBy === null || basename(replacedBy) === packsFile),
    problems,
    isInForce: loaded.ok,
  };
}

/** What an endpoint that starts now would say: a file that switches packs only, or nothing, is not among the policies. */
async function foresee(found: PolicyTexts): Promise<{
  readonly policies: readonly { readonly sourceFile: string }[];
  readonly problems: readonly PolicyProblem[];
}> {
  const { parsePolicySet } = await import('../../policy/parsePolicySet.ts');
  const { set, problems } = parsePolicySet(found.texts);
  return {
    policies: set.policies.map(({ file }) => ({ sourceFile: file })),
    problems: [...found.problems, ...problems],
  };
}

/** A file that only the endpoint knows of: of another version, of a project, or named on its command line. */
function readNamed(file: string): readonly PolicyText[] {
  const { texts } = readPolicyTexts({ bundleFolder: null, home: null, files: [file] });
  return texts.map((text) => (isBuiltIn(file) ? { ...text, origin: 'builtin' } : text));
}
