/** What the exit status of `rampart` says. */
export const exitStatus = {
  done: 0,
  /** `test`: the command is not allowed. Elsewhere: the command could not do its work. */
  failed: 1,
  usage: 2,
  /** No endpoint runs; for `serve`: another one does. */
  noEndpoint: 3,
  /** The endpoint does not do this for the caller. */
  refused: 4,
  /** `preload` itself failed; the numbers are those of env(1) and nohup(1). */
  ownFailure: 125,
  denied: 126,
  notFound: 127,
} as const;
