import type { Action, RuleReference } from './decision.ts';
import type { Mode } from './mode.ts';
import type { Actor } from './session.ts';

/** Agent and session of a record that tells of the endpoint itself, and of no command. */
export const endpointAgent = 'rampart';
export const endpointSession = 'endpoint';

/** One line of the audit log, and the `event` of a stream message; docs/protocol.md, section 9. */
export interface AuditRecord {
  readonly schema_version: 'rampart.audit.v1';
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly timestamp: string;
  readonly agent: string;
  /** Who started it; null of what the endpoint tells of itself, and in older records. */
  readonly actor: Actor | null;
  readonly session: string;
  readonly tool: string;
  readonly request: { readonly command: string; readonly path?: string };
  readonly decision: {
    readonly action: Action;
    readonly message: string;
    readonly matched_policies: readonly string[] | null;
    readonly evaluation_time_us: number;
  };
  readonly rule: RuleReference | null;
  readonly argv: readonly string[] | null;
  /** The same in base64, each, where one is not UTF-8 and nothing was taken out. */
  readonly argv_b64?: readonly string[];
  readonly exe: string | null;
  readonly cwd: string | null;
  readonly pid: number | null;
  readonly ppid: number | null;
  readonly sid: number | null;
  /** Start time of the process that leads that session, clock ticks since boot; absent where it was not seen any more. */
  readonly sid_started?: number;
  readonly door: string | null;
  readonly markers: readonly string[];
  readonly guardable: boolean;
  readonly truncated: boolean;
  /** Whether the decision was carried out; false in monitor. */
  readonly enforced: boolean;
  readonly mode: Mode;
  /** What its terminal or task was called then; absent where nobody had named it. */
  readonly terminal?: string;
  /** The name of the token with which it was asked; absent without one. */
  readonly credential?: string;
  /** What the upstream said of it; absent where it was not asked. */
  readonly upstream?: string;
  /** The upstream whose record this is; absent in our own. Such a record is in the stream only. */
  readonly origin?: string;
  /** Of a record that tells how an allowed start ended: the id of its decision, and the name of the error. */
  readonly exec_failed?: { readonly id: string; readonly errno: string };
  /** Of a record that tells that an allowed start went without the library: the id of its decision. */
  readonly exec_unguarded?: { readonly id: string };
}
