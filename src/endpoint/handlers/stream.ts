import type { StreamFilter } from '../eventStream.ts';
import type { EndpointResponse } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** How many folders one window may name. */
const maxFolders = 64;

/** How many names one filter may have. */
const maxNames = 64;

/** `GET /v1/events/stream`: everything that happens, from now or from `Last-Event-ID` on. */
export const handleStream: Handler = (
  { query, lastEventId },
  parts,
  _rest,
  { isOwner, token },
): EndpointResponse => {
  // Whoever may only read is no window, and no person is asked through it.
  const steers = isOwner || token?.scopes.includes('admin') === true;
  return {
    kind: 'stream',
    open: (sink) => {
      const reader = parts.stream.open(
        sink,
        {
          type: 'connected',
          ...parts.mode.state,
          version: parts.version,
          pid: parts.pid,
          policy_generation: parts.policy.generation,
        },
        {
          folders: steers ? foldersIn(query) : [],
          canApprove: steers && query.get('approvals') === 'answer',
          lastEventId,
          filter: filterIn(query),
        },
      );
      const end = parts.tokens.onDidEnd((id) => {
        if (id === token?.id) sink.end();
      });
      return {
        dispose: () => {
          end.dispose();
          reader.dispose();
        },
      };
    },
  };
};

function foldersIn(query: URLSearchParams): readonly string[] {
  return query
    .getAll('folder')
    .filter((folder) => folder.startsWith('/'))
    .slice(0, maxFolders);
}

function filterIn(query: URLSearchParams): StreamFilter | null {
  const read = (name: string): readonly string[] => query.getAll(name).slice(0, maxNames);
  const filter = {
    types: read('type'),
    actions: read('action'),
    agents: read('agent'),
    sessions: read('session'),
  };
  return Object.values(filter).every((names) => names.length === 0) ? null : filter;
}
