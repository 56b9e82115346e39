import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** What the address carried behind `#`, which is taken out of it and of the history at once: it is a secret. */
export function useFragment(): string | null {
  const hash = useLocation({ select: (place) => place.hash });
  const navigate = useNavigate();
  const [taken, setTaken] = useState<string | null>(hash || null);
  useEffect(() => {
    if (hash === '') return;
    setTaken(hash);
    void navigate({ to: '.', hash: '', search: true, replace: true });
  }, [hash, navigate]);
  return taken;
}
