import type { Clock } from '../../base/clock.ts';
import type { Result } from '../../base/result.ts';
import type { LoaderEvidence, TreeEvidence } from '../../presentation/guardState.ts';
import type { Scope, SessionRegistration, SessionView } from '../../protocol/session.ts';
import type { Background } from '../adapters/background.ts';
import type { SessionStore } from '../model/sessionStore.ts';
import type { WindowStatus } from '../model/windowStatus.ts';

/** What the registry is given. */
export interface RegistryParts {
  readonly sessions: SessionStore;
  readonly status: WindowStatus;
  /** Tells the endpoint of a terminal. A failure says why it could not be told. */
  readonly register: (pid: number, registration: SessionRegistration) => Promise<Result<SessionView, string>>;
  /** Whether a terminal that opens now gets the library. */
  readonly isArmed: () => boolean;
  /** Whose commands are asked about where the person said nothing. */
  readonly scope: () => Scope;
  /** What a process was started with for the loader; null when that cannot be told. */
  readonly loaderOf: (pid: number) => LoaderEvidence | null;
  /** Whether a process was started with what arms a terminal. */
  readonly wasArmed: (pid: number) => boolean;
  /** Whether a process is a shell in which somebody may type; true where that cannot be told. */
  readonly isTypedIn: (pid: number) => boolean;
  /** Whether the program that leads a session is in the foreground of its terminal; true where that cannot be told. */
  readonly isInFront: (pid: number) => boolean;
  /** Looks for the library in a process and all below it; null where that cannot be seen. */
  readonly treeOf: (pid: number) => TreeEvidence | null;
  /** In which of these terminals sessions are of which no window told, by pid. */
  readonly place: (
    sessions: readonly SessionView[],
    terminals: ReadonlySet<number>,
  ) => ReadonlyMap<number, number>;
  readonly clock: Clock;
  readonly background: Background;
}
