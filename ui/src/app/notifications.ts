import type { QueryClient } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';
import { taskCache } from '@/shared/api/taskCache';
import type { Approval, Config, FeedEvent, Session, SessionStatus, Uuid } from '@/shared/api/types';
import { onFeedEvent } from '@/shared/feed/feed';
import { configQuery } from '@/shared/api/instance';
import { announce } from '@/shared/ui/announce';
import type { AppRouter } from './router';

/** What a person wants to hear of an agent that they are not looking at. */
const TOLD: Partial<Record<SessionStatus, string>> = {
  idle: 'finished its turn',
  completed: 'is done',
  failed: 'failed',
};
const WORKING: ReadonlySet<SessionStatus> = new Set(['starting', 'running', 'waiting_approval']);

/** Tells of waiting approvals and ended turns: aloud to screen readers, and as set up while the window is hidden. */
export function startNotifications(client: QueryClient, router: AppRouter): void {
  void client.prefetchQuery(configQuery());
  const statuses = new Map<Uuid, SessionStatus>();

  const tell = (title: string, body: string, projectId: Uuid, taskId: Uuid) => {
    announce(`${title}. ${body}`);
    const config = client.getQueryData<Config>(keys.config);
    if (!document.hidden || !config) return;
    if (config.notifications.sound) chime();
    if (config.notifications.desktop && 'Notification' in window && Notification.permission === 'granted') {
      const notification = new Notification(title, { body, tag: taskId });
      notification.onclick = () => {
        window.focus();
        void router.navigate({ to: '/projects/$projectId/tasks/$taskId', params: { projectId, taskId } });
      };
    }
  };

  onFeedEvent((event: FeedEvent) => {
    if (event.type === 'approval.created' && event.data) {
      const approval = event.data as Approval;
      tell('An agent asks for permission', approval.title, approval.project_id, approval.task_id);
    } else if (event.type.startsWith('session.') && event.data) {
      const session = event.data as Session;
      const before = statuses.get(session.id);
      statuses.set(session.id, session.status);
      const what = TOLD[session.status];
      if (!what || !before || !WORKING.has(before)) return;
      const task = taskCache(client).get(session.task_id, session.project_id);
      tell(`The agent ${what}`, task?.title ?? session.title, session.project_id, session.task_id);
    }
  });
}

/** Two short, quiet tones. Browsers allow it once the page has been used. */
function chime(): void {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.setValueAtTime(0.06, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.4);
  for (const [i, frequency] of [660, 880].entries()) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(context.currentTime + i * 0.12);
    tone.stop(context.currentTime + 0.4);
  }
  setTimeout(() => void context.close(), 600);
}
