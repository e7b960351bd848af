import type { ExecRequest } from '../protocol/execRequest.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import type { Admission } from './access.ts';
import type { Approvals } from './approvals.ts';
import type { Deciders } from './decide.ts';
import type { EventStream } from './eventStream.ts';
import type { Caller, EndpointRequest, EndpointResponse } from './exchange.ts';
import type { HandRules } from './handRules.ts';
import type { ModeStore } from './modeStore.ts';
import type { Pause } from './pause.ts';
import type { PolicyStore } from './policyStore.ts';
import type { TokenStore } from './tokenStore.ts';

/** What the handlers work with. */
export interface EndpointParts {
  readonly version: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Where a person writes policies. */
  readonly configPath: string;
  readonly auditFolder: string;
  readonly mode: ModeStore;
  readonly policy: PolicyStore;
  readonly stream: EventStream;
  readonly deciders: Deciders;
  readonly approvals: Approvals;
  readonly handRules: HandRules;
  readonly tokens: TokenStore;
  readonly pauses: { readonly reload: Pause; readonly learn: Pause };
  /** Whether one of a newer version may take its place: it was started on demand, and with no policy files of its own. */
  readonly isReplaceable: boolean;
  /** Whether a caller owns the endpoint. */
  isOwner(caller: Caller): boolean;
  /** Notes in the log what was done to the endpoint itself, and by whom. */
  noteChange(what: string, message: string, caller: Caller): void;
  /** The TCP address; null when only the socket is there. */
  url(): string | null;
  /** What is wrong, with policy files and with ourselves. */
  problems(): readonly PolicyProblem[];
  /** How many records are known to be lost, since the start. */
  lostRecords(): number;
  /** The asker, its session and its root keep an endpoint alive that was started on demand. */
  noteAsker(request: ExecRequest): void;
  noteSession(pid: number): void;
  /** Ends the endpoint after the answers that are on their way. */
  stop(reason: string): void;
}

/** One route's work; `rest` is what stands behind the route's own path, decoded, `admission` as whom it is asked for. */
export type Handler = (
  request: EndpointRequest,
  parts: EndpointParts,
  rest: string,
  admission: Admission,
) => EndpointResponse | Promise<EndpointResponse>;
