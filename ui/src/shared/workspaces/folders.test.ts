import { describe, expect, it } from 'vitest';
import { firstFolder, repoFolder, workingFolder } from './folders';

const repo = (name: string) => ({ repo_id: name, name, path: `/w/1/${name}`, base_branch: 'main', base_commit: 'a', merged_commit: null });

describe('the folders of a workspace', () => {
  const one = { path: '/w/1', repos: [repo('api')] };
  const two = { path: '/w/1', repos: [repo('api'), repo('web')] };

  it('are the worktree where there is one repo, and the folder around them where there are several', () => {
    expect([workingFolder(one), workingFolder(two)]).toEqual(['/w/1/api', '/w/1']);
    expect([firstFolder(one), firstFolder(two)]).toEqual(['api/', '']);
  });

  it('are known for each repo', () => {
    expect([repoFolder(two, 'web'), repoFolder(two, 'gone')]).toEqual(['web/', '']);
  });

  it('are the workspace itself until the worktrees are made', () => {
    expect(workingFolder({ path: '/w/1', repos: [{ ...repo('api'), path: '' }] })).toBe('/w/1');
  });
});
