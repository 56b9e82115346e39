/** Language by file extension or whole name; what is not here is shown plain. */
const BY_NAME: Record<string, string> = {
  dockerfile: 'dockerfile',
  makefile: 'makefile',
  justfile: 'makefile',
  '.bashrc': 'bash',
  '.gitconfig': 'ini',
  '.editorconfig': 'ini',
  'cargo.lock': 'ini',
};

const GROUPS: Record<string, string> = {
  bash: 'sh bash zsh fish',
  c: 'c h',
  cpp: 'cc cpp cxx hpp hh hxx',
  csharp: 'cs',
  css: 'css',
  dockerfile: 'dockerfile',
  go: 'go',
  graphql: 'graphql gql',
  ini: 'ini toml cfg conf properties',
  java: 'java',
  javascript: 'js mjs cjs jsx',
  json: 'json jsonc webmanifest',
  kotlin: 'kt kts',
  less: 'less',
  lua: 'lua',
  makefile: 'mk',
  markdown: 'md mdx markdown',
  php: 'php',
  protobuf: 'proto',
  python: 'py pyi',
  ruby: 'rb rake gemspec',
  rust: 'rs',
  scss: 'scss sass',
  sql: 'sql',
  swift: 'swift',
  typescript: 'ts tsx mts cts',
  xml: 'html htm xml svg vue svelte plist xhtml',
  yaml: 'yml yaml',
};

const BY_EXTENSION = new Map(Object.entries(GROUPS).flatMap(([language, extensions]) => extensions.split(' ').map((each) => [each, language])));

/** The highlighter's name for the language of a file; null when there is none. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const known = BY_NAME[name] ?? (name.startsWith('dockerfile') ? 'dockerfile' : undefined);
  return known ?? BY_EXTENSION.get(name.slice(name.lastIndexOf('.') + 1)) ?? null;
}
