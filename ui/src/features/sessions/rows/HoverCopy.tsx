import { Check } from 'lucide-react';
import { useEffect, useState } from 'react';

const COPIED_MS = 1_500;

interface HoverCopyProps {
  text: () => string;
  label: string;
}

/**
 * Copies the part (a `group/copied`) that it stands in. It is in each of them and seen on one: so it is a single element whose icon is drawn when it is
 * wanted, and until then it stands beyond the edge: what is only transparent is painted all the same.
 */
export function HoverCopy({ text, label }: HoverCopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const name = copied ? 'Copied' : label;
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      onClick={() => void navigator.clipboard.writeText(text()).then(() => setCopied(true))}
      className="group/copy absolute top-0 right-[200vw] size-6.5 rounded-md bg-bg text-muted group-hover/copied:right-1 hover:bg-hover hover:text-fg focus-visible:right-1"
    >
      {copied ? <Check size={13} className="mx-auto text-success" /> : <span className="copy-mark mx-auto hidden group-hover/copied:block group-focus-visible/copy:block" />}
    </button>
  );
}
