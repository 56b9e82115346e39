import { setTransport } from '@/shared/transport';
import type { Method, Stream, StreamState, Transport, TransportRequest } from '@/shared/transport/transport';
import type { Problem, Task } from '@/shared/api/types';

export interface Call {
  method: Method;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };

/** A transport whose answers the test gives; streams are driven by hand. */
export function fakeTransport(answer: (call: Call) => Answer | Promise<Answer>) {
  const calls: Call[] = [];
  const streams: FakeStream[] = [];
  const transport: Transport = {
    async request(method: Method, path: string, request: TransportRequest = {}) {
      const call: Call = { method, path, body: typeof request.body === 'string' ? JSON.parse(request.body) : undefined, headers: request.headers ?? {} };
      calls.push(call);
      const { status = 200, body, headers = {} } = await answer(call);
      return { status, header: (name) => headers[name.toLowerCase()] ?? null, text: async () => (body === undefined ? '' : JSON.stringify(body)) };
    },
    openStream(path: string) {
      const stream = new FakeStream(path);
      streams.push(stream);
      return stream;
    },
  };
  setTransport(transport);
  return { calls, streams };
}

export class FakeStream implements Stream {
  readonly sent: unknown[] = [];
  private message: (data: string | ArrayBuffer) => void = () => {};
  private state: (state: StreamState) => void = () => {};
  constructor(readonly path: string) {}
  onMessage(listener: (data: string | ArrayBuffer) => void): void {
    this.message = listener;
  }
  onState(listener: (state: StreamState) => void): void {
    this.state = listener;
  }
  send(data: string | ArrayBuffer): void {
    this.sent.push(typeof data === 'string' ? JSON.parse(data) : new Uint8Array(data));
  }
  close(): void {
    this.state('closed');
  }
  open(): void {
    this.state('open');
  }
  say(frame: unknown): void {
    this.message(JSON.stringify(frame));
  }
  sayBytes(bytes: Uint8Array): void {
    this.message(bytes.slice().buffer);
  }
}

export const problem = (status: number, code: string, extra: Partial<Problem> = {}): Answer => ({
  status,
  body: { type: 'about:blank', title: code, status, code, detail: `It is ${code}.`, request_id: 'r1', ...extra },
});

export const makeTask = (patch: Partial<Task> = {}): Task => ({
  id: 't1',
  project_id: 'p1',
  title: 'A task',
  description: '',
  status: 'todo',
  priority: 'none',
  labels: [],
  assignee: null,
  position: 'm',
  latest_session: null,
  workspace_count: 0,
  created_by: 'u1',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  deleted_at: null,
  version: 1,
  ...patch,
});
