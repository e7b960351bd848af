import type { DisposableList } from '../../base/disposable.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import type { ProcessTable } from '../../system/processTable.ts';
import type { Approvals } from '../approvals.ts';
import type { Asking } from '../asking.ts';
import type { Incident } from '../auditEntry.ts';
import type { EventStream } from '../eventStream.ts';
import type { UpstreamWord } from './combine.ts';
import type { UpstreamSurroundings, UpstreamWish } from './target.ts';
import { Upstream } from './upstream.ts';
import type { UpstreamPart, UpstreamView } from './upstream.ts';
import { UpstreamApprovals } from './upstreamApprovals.ts';
import { UpstreamStreamReader } from './upstreamStream.ts';

/** What standing in front of an upstream is made of. */
export interface UpstreamParts {
  readonly wish: UpstreamWish;
  readonly surroundings: UpstreamSurroundings;
  readonly load: () => Promise<UpstreamPart>;
  readonly pid: number;
  readonly processes: ProcessTable;
  readonly createRandom: (bytes: number) => Buffer;
  readonly stream: EventStream;
  readonly approvals: Approvals;
  readonly asking: Asking;
  readonly recordIncident: (incident: Incident) => void;
}

/** The upstream as a decision needs it. */
export interface UpstreamDecider {
  readonly view: UpstreamView;
  /** What the upstream says of a question, its approval with it where a person has to be asked. Never rejects. */
  consult(request: ExecRequest, id: string, isBinding: boolean): Promise<UpstreamWord>;
}

/** Connects an upstream to everything that goes to it and comes from it. */
export function createUpstream(parts: UpstreamParts, owned: DisposableList): UpstreamDecider {
  const { wish, surroundings, processes, createRandom, load, stream, asking, pid } = parts;
  const upstream = owned.add(new Upstream({ wish, surroundings, processes, createRandom, load }));
  owned.add(
    upstream.onDidChange(() => {
      const { state, reason, url } = upstream.view;
      stream.publish({ type: 'upstream', ...upstream.view });
      const message = reason === null ? state : `${state}: ${reason}`;
      parts.recordIncident({ what: `upstream ${url ?? wish.url}`, message, refused: false });
    }),
  );
  const reader = owned.add(
    new UpstreamStreamReader({
      upstream,
      pid,
      publish: (event) => stream.publish(event),
      onApprovals: () => approvals.look(),
      onLost: (reason) => {
        const message = `what it decided while its stream was not read is not known: ${reason}`;
        parts.recordIncident({ what: `upstream ${upstream.view.url ?? wish.url}`, message, refused: false });
      },
    }),
  );
  const approvals = owned.add(
    new UpstreamApprovals({
      upstream,
      approvals: parts.approvals,
      mayAnswer: () => reader.isReading,
      resolve: (id, resolution) => asking.resolve(id, resolution),
    }),
  );
  return {
    get view() {
      return upstream.view;
    },
    consult: async (request, id, isBinding) => {
      const word = await upstream.consult(request, id, isBinding);
      const isAsked = word.kind === 'decided' && word.action === 'ask' && isBinding;
      return isAsked && !asking.isGranted(request) ? approvals.request(request, word) : word;
    },
  };
}
