/** docs: ARCHITECTURE.md, "Rooms". One rule a room: what it may depend on; everything else is an error. */
const rooms = {
  base: [],
  protocol: ['base'],
  policy: ['base', 'protocol'],
  presentation: ['base', 'protocol'],
  panel: ['base', 'protocol', 'presentation'],
  system: ['base', 'protocol'],
  endpoint: ['base', 'protocol', 'policy', 'system'],
  client: ['base', 'protocol', 'system'],
  cli: ['base', 'protocol', 'policy', 'client', 'system'],
  extension: ['base', 'protocol', 'policy', 'presentation', 'client', 'system'],
};

/** npm packages, by room; Node's own modules and the editor are listed below. */
const packages = {
  policy: ['yaml', 're2js', '@vscode/tree-sitter-wasm'],
  endpoint: ['undici'],
  client: ['jsonc-parser', 'smol-toml'],
};
const nodeRooms = ['system', 'endpoint', 'client', 'cli', 'extension'];

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-depends-only-on`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    pathNot: [
      `^src/(${[room, ...allowed].join('|')})/`,
      ...(packages[room] ?? []).map((name) => `node_modules/${name}/`),
      ...(nodeRooms.includes(room) ? ['^node_modules/@types/node/'] : []),
      ...(room === 'extension' ? ['^vscode$', '^node_modules/@types/vscode/'] : []),
    ],
    ...(nodeRooms.includes(room) ? { dependencyTypesNot: ['core'] } : {}),
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['(main|extension)\\.ts$', 'tsconfig\\.json$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    exclude: { path: '\\.json$' },
  },
};
