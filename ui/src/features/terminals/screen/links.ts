import { confirm } from '@/shared/ui/confirm';
import { toast } from '@/shared/ui/toast';

const OPENED_AT_ONCE = new Set(['http:', 'https:']);
/** They would run in the page, or show what only looks like another. */
const NEVER = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'about:', 'filesystem:', 'view-source:', 'file:']);
const LONGEST_SHOWN = 300;

export type LinkKind = 'open' | 'ask' | 'never';

export interface LinkTarget {
  kind: LinkKind;
  /** The address as the browser understands it: a host in foreign letters shows what it is. */
  href: string;
}

/** What may be done with a target that output named. */
export function linkTarget(uri: string): LinkTarget {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    return { kind: 'never', href: uri };
  }
  const kind = OPENED_AT_ONCE.has(url.protocol) ? 'open' : NEVER.has(url.protocol) ? 'never' : 'ask';
  return { kind, href: url.href };
}

/** The target for people: its begin and its end. */
export const shownTarget = (href: string): string => (href.length <= LONGEST_SHOWN ? href : `${href.slice(0, LONGEST_SHOWN - 60)} … ${href.slice(-55)}`);

/** Opens a link that a person clicked, as far as it may be opened. */
export async function openLink(uri: string, { mustAsk }: { mustAsk: boolean }): Promise<void> {
  const { kind, href } = linkTarget(uri);
  if (kind === 'never') {
    toast.failed('The link was not opened', new Error(`Links to ${shownTarget(href)} are not opened from a terminal. Copy the address if you trust it.`));
    return;
  }
  if (kind === 'ask' || mustAsk) {
    const body = kind === 'ask' ? 'It is handed to another program of this computer.' : 'It opens in a new tab.';
    if (!(await confirm({ title: 'Open this link?', body, quote: shownTarget(href), confirmLabel: 'Open' }))) return;
  }
  window.open(href, '_blank', 'noopener,noreferrer');
}
