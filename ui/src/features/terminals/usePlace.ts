import { useCallback, useEffect, useRef, type RefObject } from 'react';

/** Whether the focus is in a part of the page, and where it was before, to give it back. */
export function usePlace(part: RefObject<HTMLElement | null>) {
  const isInside = useRef(false);
  const before = useRef<HTMLElement | null>(null);

  useEffect(() => {
    const onFocusIn = ({ target }: FocusEvent) => {
      // A dialog or a menu lies over what has the focus in truth.
      if (!(target instanceof HTMLElement) || target.closest('[role="dialog"], [role="alertdialog"], [role="menu"]')) return;
      isInside.current = part.current?.contains(target) ?? false;
      if (!isInside.current) before.current = target;
    };
    document.addEventListener('focusin', onFocusIn);
    return () => document.removeEventListener('focusin', onFocusIn);
  }, [part]);

  const leave = useCallback(() => {
    const to = before.current?.isConnected ? before.current : document.getElementById('main');
    to?.focus();
  }, []);

  return { isInside: () => isInside.current, leave };
}
