import type { Clock } from '../base/clock.ts';
import type { DisposableList } from '../base/disposable.ts';
import { systemTemporary } from '../policy/targetClass.ts';
import type { Deciders } from './decide.ts';
import { Foresight } from './foresight.ts';
import { KnownJudgements } from './knownJudgements.ts';
import type { PolicyStore } from './policyStore.ts';
import { Programs } from './programs.ts';
import type { ProgramSettings } from './programs.ts';
import type { StateFileWriter } from './stateFileWriter.ts';
import { Verdicts } from './verdicts.ts';
import type { VerdictSettings } from './verdicts.ts';

/** What is needed to know what was decided. */
export interface TableParts {
  readonly settings: {
    readonly policies: { readonly home: string | null };
    /** The user's own directories for temporary files, absolute. */
    readonly temporary: readonly string[];
  };
  readonly world: { readonly addon: ProgramSettings['addon']; readonly clock: Clock };
  readonly file: StateFileWriter;
  readonly workspaceOf: VerdictSettings['workspaceOf'];
  readonly policy: PolicyStore;
}

/** Makes what fills the tables of the state file, and what is known of decisions besides. */
export function createTables(
  { settings, world, file, workspaceOf, policy }: TableParts,
  owned: DisposableList,
): Pick<Deciders, 'verdicts' | 'judgements' | 'foresight' | 'programs'> {
  const { home } = settings.policies;
  const directories = [...(home === null ? [] : [home]), ...settings.temporary, ...systemTemporary];
  const stampFor: VerdictSettings['stampFor'] = (workspace) => policy.stampFor(workspace);
  return {
    verdicts: owned.add(new Verdicts({ file, directories, workspaceOf, stampFor })),
    judgements: new KnownJudgements(),
    foresight: owned.add(new Foresight()),
    programs: new Programs({ file, addon: world.addon, now: () => world.clock.now() }),
  };
}
