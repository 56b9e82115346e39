import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { approvalsQuery, configQuery } from '@/shared/api/instance';
import { keys } from '@/shared/api/keys';
import type { Config } from '@/shared/api/types';
import { onFeedEvent } from '@/shared/feed/feed';
import { shell } from '@/shared/transport/shell';
import { announce } from '@/shared/ui/announce';
import { toast } from '@/shared/ui/toast';
import { chime } from './chime';
import { newsReader, type News } from './news';

const TITLE = 'Switchyard';

const placeOf = (news: News) => {
  const { project_id, task_id, workspace_id } = news.kind === 'ended' ? news.session : news.approval;
  return { projectId: project_id, taskId: task_id, workspaceId: workspace_id };
};

const pathOf = (news: News): string => {
  const { projectId, taskId, workspaceId } = placeOf(news);
  return `/projects/${projectId}/tasks/${taskId}/workspaces/${workspaceId}`;
};

const textOf = (news: News): string => {
  if (news.kind === 'ended') return news.session.status === 'failed' ? 'An agent’s session failed' : 'An agent finished its turn';
  return news.kind === 'asked' ? `An agent asks: ${news.approval.title}` : `Nobody answered in time: ${news.approval.title}`;
};

/** Tells of questions and ended turns to those who look elsewhere. Mounted once, by the shell. */
export function Alerts() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: waiting = 0 } = useQuery({ ...approvalsQuery(), select: (list) => list.length });
  // Read once, so that it is there when the first news comes.
  useQuery(configQuery());

  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${TITLE}` : TITLE;
  }, [waiting]);

  useEffect(() => {
    const read = newsReader();
    return onFeedEvent((event) => {
      const news = read(event);
      if (!news) return;
      const place = placeOf(news);
      const open = () => {
        window.focus();
        void navigate({
          to: '/projects/$projectId/tasks/$taskId/workspaces/$workspaceId',
          params: place,
          search: { session: news.kind === 'ended' ? news.session.id : news.approval.session_id },
        });
      };
      const looksOn = !document.hidden && document.hasFocus() && location.pathname.endsWith(`/workspaces/${place.workspaceId}`);
      const notifications = client.getQueryData<Config>(keys.config)?.notifications;
      if (looksOn) return;
      if (news.kind !== 'ended') {
        announce(textOf(news));
        if (location.pathname !== '/approvals') toast.withAction(textOf(news), news.kind === 'asked' ? 'Answer' : 'Open', open);
      }
      if (notifications?.sound) chime(news.kind);
      if (notifications?.desktop) notifyDesktop(news, open);
    });
  }, [client, navigate]);

  return null;
}

/** To those who look at another program. The desktop app raises its window and opens the page by itself. */
function notifyDesktop(news: News, open: () => void): void {
  const app = shell();
  if (app) {
    if (!document.hasFocus()) app.notify(textOf(news), pathOf(news));
    return;
  }
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  const { workspaceId } = placeOf(news);
  // One per workspace: a newer one takes the older one's place.
  const notification = new Notification(TITLE, { body: textOf(news), tag: workspaceId });
  notification.onclick = () => {
    notification.close();
    open();
  };
}
