import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The parts of `src` and which of the others each may import: dependencies point one way (docs/architecture.md). */
const zone = (target, from, message) => ({ target: `./src/${target}`, from: from.map((f) => `./src/${f}`), message });

export default tseslint.config(
  {
    ignores: [
      '**/extension.js',
      'dist/',
      'dist-test/',
      'dist-vsix/',
      '.cache/',
      'artifacts/',
      'node_modules/',
      '.vscode-test/',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: { allowDefaultProject: ['*.mjs'] }, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs', '.js'] })] },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            zone('model', ['db', 'sync', 'engine', 'views', 'mail'], 'model is plain types and pure functions'),
            zone('db', ['sync', 'engine', 'views', 'mail'], 'db knows only model'),
            zone('mail', ['db', 'sync', 'engine', 'views'], 'mail knows only model'),
            zone('sync', ['engine', 'views'], 'sync knows db, mail and model'),
            zone('engine', ['views'], 'views come last'),
            zone('views', ['db', 'sync'], 'views reach the engine by engine/api only'),
          ],
        },
      ],
    },
  },
  {
    // No SQL, MIME or protocol code runs in the extension host, and nothing of VS Code in the engine.
    files: ['src/{model,db,mail,sync,engine}/**'],
    ignores: ['src/engine/host/**'],
    rules: { 'no-restricted-imports': ['error', { paths: ['vscode'] }] },
  },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['*.mjs', '*.ts', '*.mts', 'test/vscode/**'], rules: { 'import-x/no-default-export': 'off' } },
  prettier,
);
