import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '@/shared/api/types';
import { newsReader } from './news';

let seq = 0;
const event = (type: string, id: string, data: object | null): FeedEvent => ({ seq: ++seq, type, id, project_id: 'p', version: 1, data });
const session = (status: string) => event('session.updated', 's', { id: 's', status });

describe('what is worth telling', () => {
  it('tells of each question once', () => {
    const read = newsReader();
    const asked = event('approval.created', 'a', { id: 'a', status: 'pending' });
    expect(read(asked)?.kind).toBe('asked');
    expect(read(asked)).toBeNull();
    expect(read(event('approval.updated', 'a', { id: 'a', status: 'answered' }))).toBeNull();
  });

  it('tells once that nobody answered in time', () => {
    const read = newsReader();
    expect(read(event('approval.created', 'a', { id: 'a', status: 'pending' }))?.kind).toBe('asked');
    const expired = event('approval.updated', 'a', { id: 'a', status: 'expired' });
    expect(read(expired)?.kind).toBe('expired');
    expect(read(expired)).toBeNull();
  });

  it('tells of the end of a turn that was seen to run, and not of a stop', () => {
    const read = newsReader();
    expect(read(session('idle'))).toBeNull();
    expect(read(session('running'))).toBeNull();
    expect(read(session('waiting_approval'))).toBeNull();
    expect(read(session('idle'))?.kind).toBe('ended');
    expect(read(session('running'))).toBeNull();
    expect(read(session('stopped'))).toBeNull();
  });

  it('does not stumble over what is gone', () => {
    const read = newsReader();
    expect(read(event('session.deleted', 's', null))).toBeNull();
    expect(read(event('approval.deleted', 'a', null))).toBeNull();
  });
});
