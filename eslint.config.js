import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/** Arrows go down these lists only: what stands later may import what stands before it, never the other way. */
const serverLayers = ['lib', 'config', 'adapters', 'bucket', 'http', 'features', 'jobs'];
const serverAssembly = ['router', 'services', 'app', 'reindex', 'make-key', 'main'];
const features = [
  ...[
    'accounts',
    'access',
    'audit',
    'events',
    'admission',
    'system',
    'rooms',
    'tokens',
    'media',
    'index',
    'library',
    'sharing',
    'recording',
  ],
  ...['playback', 'webhooks', 'pages'],
];
const clientLayers = [
  ...[
    'messages',
    'lib',
    'design',
    'app',
    'media',
    'player',
    'sharing',
    'recordings',
    'call',
    'recorder',
    'pages',
  ],
];

/** What files may not import: relative paths into one of these folders, or to one of these files. */
const notInto = (files, folders, why, more = []) => ({
  files,
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(\\.\\./)+(${folders.join('|')})(/|\\.ts$)`, message: why }, ...more] },
    ],
  },
});
const why = 'Arrows go down only: see docs/architecture.md.';
const livekitIsOfTheCall = {
  group: ['livekit-client'],
  message: 'Only the call and the recorder know LiveKit.',
};
const layers = [
  ...serverLayers.map((layer, at) =>
    notInto([`server/${layer}/**`], [...serverLayers.slice(at + 1), ...serverAssembly], why),
  ),
  ...features.map((feature, at) =>
    notInto([`server/features/${feature}/**`], [...features.slice(at + 1), 'jobs', ...serverAssembly], why),
  ),
  ...clientLayers.map((layer, at) =>
    notInto(
      [`client/${layer}/**`],
      clientLayers.slice(at + 1),
      why,
      ['call', 'recorder'].includes(layer) ? [] : [livekitIsOfTheCall],
    ),
  ),
  notInto(['shared/**'], ['server', 'client', 'sdk', 'stack'], 'shared/ is a leaf.'),
  notInto(['sdk/**'], ['client', 'stack'], why),
];

export default defineConfig(
  globalIgnores(['client/dist/', 'sdk/dist/', 'data/', '.tap/']),
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // The compiler knows better which names there are.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // An assertion silences the compiler; `as const` does not, and stays allowed.
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  layers,
);
