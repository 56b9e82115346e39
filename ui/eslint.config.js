import { existsSync, readdirSync } from 'node:fs';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

const featuresDir = new URL('./src/features/', import.meta.url);
const features = existsSync(featuresDir)
  ? readdirSync(featuresDir, { withFileTypes: true }).filter((d) => d.isDirectory()).map((d) => d.name)
  : [];

const PARENT = { group: ['../*', '../**'], message: 'Import from the same folder (./) or by alias (@/…).' };
const APP = { group: ['@/app/*', '@/app/**'], message: 'Only app/ composes; nothing below may import it.' };
const FEATURES = { group: ['@/features/*', '@/features/**'], message: 'shared/ must not know a feature.' };
const imports = (...patterns) => ['error', { patterns: [PARENT, ...patterns] }];

const TRANSPORT_ONLY = 'Talk to the server through @/shared/transport (there is more than one transport).';
const networkGlobals = ['fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource'].map((name) => ({ name, message: TRANSPORT_ONLY }));
const binaryGlobals = ['FormData', 'Blob'].map((name) => ({
  name,
  message: 'A Blob or FormData body crashes some web views: send a string or an ArrayBuffer.',
}));

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/shared/api/schema.gen.ts'] },
  ...ts.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-globals': ['error', ...networkGlobals, ...binaryGlobals],
      'no-restricted-imports': imports(),
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  { files: ['src/shared/transport/http.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/shared/**'], rules: { 'no-restricted-imports': imports(APP, FEATURES) } },
  ...features.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: {
      'no-restricted-imports': imports(APP, {
        group: ['@/features/**', `!@/features/${name}`, `!@/features/${name}/**`],
        message: 'Features never import each other: share through shared/ or compose in app/.',
      }),
    },
  })),
);
