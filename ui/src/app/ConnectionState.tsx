import { WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { authStore } from '@/shared/api/auth';
import { feedStore } from '@/shared/feed/feed';
import { useStore } from '@/shared/hooks/createStore';

/** Short interruptions mend themselves and are not worth a word. */
const PATIENCE_MS = 1_500;

/** Says so, discreetly, while changes do not come through. */
export function ConnectionState() {
  // Without a login nothing comes through either, and the page says so in a louder way.
  const signedIn = useStore(authStore, (standing) => standing === 'unknown');
  const online = useStore(feedStore, (state) => state === 'online') || !signedIn;
  const [noticed, setNoticed] = useState(false);
  useEffect(() => {
    if (online) {
      setNoticed(false);
      return;
    }
    const timer = setTimeout(() => setNoticed(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [online]);
  if (!noticed) return null;
  return (
    <div role="status" className="flex items-center gap-2 rounded-md bg-warning-soft px-2 py-1.5 text-sm text-warning">
      <WifiOff size={13} /> Offline — reconnecting…
    </div>
  );
}
