import { describe, expect, it } from 'vitest';
import { ApiError, problemFrom } from '@/shared/api/errors';
import { adviceFor, conflictsOf, resolveInstruction } from './outcome';

const refused = (code: string, extra: object = {}) => new ApiError(problemFrom(409, JSON.stringify({ code, title: code, detail: code, ...extra })));
const conflict = { repo_id: 'r', path: 'src/a.ts', kind: 'content' };

describe('a refused merge', () => {
  it('names the paths that conflict', () => {
    expect(conflictsOf(refused('merge_conflict', { conflicts: [conflict] }))).toEqual([conflict]);
    expect(conflictsOf(refused('base_dirty'))).toBeNull();
  });

  it('says what to do where that is known', () => {
    expect(adviceFor(refused('base_dirty'))).toContain('Commit, stash or undo');
    expect(adviceFor(refused('session_active'))).toContain('Stop the agent');
    expect(adviceFor(refused('something_new'))).toBeNull();
  });

  it('becomes an instruction that lists every file', () => {
    const text = resolveInstruction('main', [conflict, { ...conflict, path: 'b.rs', kind: 'modify/delete' }]);
    expect(text).toContain('- src/a.ts (content)\n- b.rs (modify/delete)');
    expect(text).toContain('`main`');
  });
});
