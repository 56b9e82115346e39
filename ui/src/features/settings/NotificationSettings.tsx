import { useState } from 'react';
import type { Config } from '@/shared/api/types';
import { shell } from '@/shared/transport/shell';
import { Section } from '@/shared/ui/Page';
import { Switch } from '@/shared/ui/Switch';

type Notifications = Config['notifications'];

/** Whether they take the browser's own permission, asked for when they are switched on. */
const needsPermission = () => shell() === null && 'Notification' in window;

export function NotificationSettings({ value, onChange }: { value: Notifications; onChange: (value: Notifications) => void }) {
  const [denied, setDenied] = useState(() => needsPermission() && Notification.permission === 'denied');

  const setDesktop = async (desktop: boolean) => {
    onChange({ ...value, desktop });
    if (desktop && needsPermission()) setDenied((await Notification.requestPermission()) === 'denied');
  };

  return (
    <Section title="Notifications" description="When an agent finishes or asks for permission while you look elsewhere.">
      <label className="flex items-center justify-between gap-4">
        Play a sound
        <Switch label="Play a sound" checked={value.sound} onChange={(sound) => onChange({ ...value, sound })} />
      </label>
      <label className="flex items-center justify-between gap-4">
        Show a desktop notification
        <Switch label="Show a desktop notification" checked={value.desktop} onChange={(desktop) => void setDesktop(desktop)} />
      </label>
      {value.desktop && denied ? (
        <p role="status" className="text-sm text-warning">
          This browser blocks notifications from Switchyard. Allow them in the site settings beside the address.
        </p>
      ) : null}
    </Section>
  );
}
