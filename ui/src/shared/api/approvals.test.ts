import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTransport } from '@/shared/transport';
import { httpTransport } from '@/shared/transport/http';
import { answerApproval, approvalFor, orderedOptions } from './approvals';
import { keys } from './keys';
import type { Approval, PermissionOption } from './types';

const option = (id: string, kind: string): PermissionOption => ({ id, name: id, kind });
const approval: Approval = {
  id: 'a', session_id: 's', workspace_id: 'w', task_id: 't', project_id: 'p', permission_id: 'p1', title: 'Run tests', tool_call_id: null,
  options: [option('no', 'reject_once'), option('yes', 'allow_once'), option('always', 'allow_always')],
  status: 'pending', option_id: null, answered_by: null, answered_at: null, created_at: '2026-11-22T10:00:00Z', version: 1,
};
const allow = option('yes', 'allow_once');

function answering(status: number, body: object = {}): { sent: () => string | undefined } {
  let sent: string | undefined;
  setTransport({
    ...httpTransport,
    request: (_method, _path, request) => {
      sent = request?.body as string;
      return Promise.resolve({ status, header: () => null, text: () => Promise.resolve(JSON.stringify(body)) });
    },
  });
  return { sent: () => sent };
}

describe('answering a request', () => {
  let client: QueryClient;
  const waiting = () => client.getQueryData<Approval[]>(keys.approvals)?.map(({ id }) => id);
  beforeEach(() => {
    client = new QueryClient();
    client.setQueryData(keys.approvals, [approval]);
  });
  afterEach(() => setTransport(httpTransport));

  it('takes it out of the inbox and sends the option', async () => {
    const { sent } = answering(200, { ...approval, status: 'answered' });
    expect(await answerApproval(client, approval, allow)).toBe(true);
    expect([waiting(), sent()]).toEqual([[], '{"option_id":"yes"}']);
  });

  it('puts it back when the answer could not be sent', async () => {
    answering(503, { code: 'unavailable', title: 'Unavailable', detail: 'Try again.' });
    expect(await answerApproval(client, approval, allow)).toBe(false);
    expect(waiting()).toEqual(['a']);
  });

  it('leaves it out when someone else was first', async () => {
    answering(409, { code: 'approval_settled', title: 'Settled', detail: 'It was answered already.' });
    expect(await answerApproval(client, approval, allow)).toBe(false);
    expect(waiting()).toEqual([]);
  });

  it('is offered in one order, so that the same digit always means the same', () => {
    expect(orderedOptions([...approval.options, option('odd', 'something_new')]).map(({ id }) => id)).toEqual(['yes', 'always', 'no', 'odd']);
  });

  it('finds the request behind a row of a transcript', () => {
    expect(approvalFor([approval], 's', 'p1')).toBe(approval);
    expect(approvalFor([approval], 'other', 'p1')).toBeUndefined();
  });
});
