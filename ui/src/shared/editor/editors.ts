/** Editors that answer to an address of their own, with the address as the settings keep it. */
export const EDITORS = [
  { name: 'Visual Studio Code', address: 'vscode://file{path}:{line}' },
  { name: 'VS Code Insiders', address: 'vscode-insiders://file{path}:{line}' },
  { name: 'VSCodium', address: 'vscodium://file{path}:{line}' },
  { name: 'Cursor', address: 'cursor://file{path}:{line}' },
  { name: 'Windsurf', address: 'windsurf://file{path}:{line}' },
  { name: 'Zed', address: 'zed://file{path}:{line}' },
  { name: 'IntelliJ IDEA', address: 'idea://open?file={path}&line={line}' },
  { name: 'TextMate', address: 'txmt://open?url=file://{path}&line={line}' },
] as const;

/** What people call the editor with that address. */
export const editorName = (address: string): string => EDITORS.find((editor) => editor.address === address)?.name ?? 'the editor';

/** The address that opens a path, at a line where one is named; whatever is in the path stays part of the path. */
export function editorHref(address: string, path: string, line?: number): string {
  const place = line === undefined ? address.replace(/&\w+=\{line\}|\w+=\{line\}&?|[:#]?\{line\}/g, '') : address.replaceAll('{line}', String(line));
  return place.replaceAll('{path}', () => path.split('/').map(encodeURIComponent).join('/'));
}
