/** The version of what our programs say to each other; docs/protocol.md, section 11. */
export const protocolVersion = 1;

/** The header by which a request says its version; without one it is the first. */
export const versionHeader = 'rampart-protocol';
