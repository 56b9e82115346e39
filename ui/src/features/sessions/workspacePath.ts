import { createContext, useContext } from 'react';

/** The working folder of the workspace: agents name files by absolute paths, people do not. */
export const WorkspacePathContext = createContext('');

/** Shortens a path to what people call it: relative to the workspace. */
export function usePathShortener(): (path: string) => string {
  const root = useContext(WorkspacePathContext);
  return (path) => (root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path);
}
