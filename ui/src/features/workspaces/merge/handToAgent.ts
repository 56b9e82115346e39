import type { QueryClient } from '@tanstack/react-query';
import { firstChoice } from '@/shared/agents/firstChoice';
import { lastAgent } from '@/shared/agents/lastAgent';
import { isComplete } from '@/shared/agents/spec';
import { agentsQuery } from '@/shared/api/instance';
import { keepMessage, keepSession, sessionCalls } from '@/shared/api/sessions';
import type { Conflict, Uuid, Workspace } from '@/shared/api/types';
import { resolveInstruction } from './outcome';

/** Asks the session, or a new one, to resolve conflicts that stand in the files. Answers which session has the job. */
export async function handConflictsToAgent(client: QueryClient, workspace: Workspace, sessionId: Uuid | undefined, conflicts: readonly Conflict[]): Promise<Uuid> {
  const instruction = resolveInstruction(workspace.base_branch, conflicts);
  if (sessionId) {
    keepMessage(client, await sessionCalls.send(sessionId, instruction, crypto.randomUUID()));
    return sessionId;
  }
  const agent = firstChoice([lastAgent.get()], await client.ensureQueryData(agentsQuery()));
  if (!isComplete(agent)) throw new Error('There is no agent to ask. Start a session in this workspace first.');
  const session = await sessionCalls.start(workspace.id, agent, instruction, crypto.randomUUID());
  keepSession(client, session);
  return session.id;
}
