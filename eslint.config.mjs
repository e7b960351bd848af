import tseslint from 'typescript-eslint';

const bannedNames =
  '/(^|[a-z])([Uu]til|[Hh]elper|[Mm]anager|[Mm]isc|[Cc]ommon)([A-Z]|s?$)|Impl$|^My[A-Z]|^I[A-Z][a-z]/';

const editorOnly = {
  paths: [
    {
      name: 'vscode',
      message: 'The editor lives in src/extension: put this code there, or pass a value in.',
    },
  ],
};

/** Rooms that may use nothing but the language. */
const pureRooms = ['base', 'protocol', 'policy', 'presentation', 'panel'].map(
  (room) => `src/${room}/**/*.ts`,
);

const compositionRoots = ['src/endpoint/main.ts', 'src/cli/main.ts', 'src/extension/extension.ts'];

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'build/', 'build-*/', '.demo/', '.artifacts/', 'node_modules/', '**/*.cjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { ignoreVoid: false, allowForKnownSafeCalls: ['it', 'describe', 'test'] },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 450 }],
      'max-lines-per-function': ['error', { max: 80 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        {
          selector: `ClassDeclaration[id.name=${bannedNames}]`,
          message: 'This name says nothing; see style.md 7.',
        },
        {
          selector: `TSInterfaceDeclaration[id.name=${bannedNames}]`,
          message: 'This name says nothing; see style.md 7.',
        },
        {
          selector: `FunctionDeclaration[id.name=${bannedNames}]`,
          message: 'This name says nothing; see style.md 7.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/extension/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', editorOnly] },
  },
  {
    files: pureRooms,
    ignores: ['src/base/assert.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ThrowStatement', message: 'Expected failures are values; see src/base/result.ts.' },
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: compositionRoots,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only a composition root reads the environment.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
