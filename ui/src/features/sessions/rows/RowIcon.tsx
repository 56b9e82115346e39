import type { LucideIcon } from 'lucide-react';
import type { RefCallback } from 'react';

const SIZE = 13;

/** What an icon looks like as markup, once one of its kind was drawn. */
const drawn = new Map<LucideIcon, string>();
const remember = new Map<LucideIcon, RefCallback<HTMLElement>>();

function rememberer(icon: LucideIcon): RefCallback<HTMLElement> {
  const known = remember.get(icon) ?? ((element: HTMLElement | null) => void (element && drawn.set(icon, element.innerHTML)));
  remember.set(icon, known);
  return known;
}

/**
 * An icon of a row. Rows have several each and come by the dozen as one scrolls: the first of a kind is drawn element by
 * element, all others are set at once.
 */
export function RowIcon({ icon: Icon, className = '' }: { icon: LucideIcon; className?: string }) {
  const markup = drawn.get(Icon);
  const classes = `shrink-0 ${className}`;
  return markup === undefined ? (
    <span key="first" ref={rememberer(Icon)} className={classes}>
      <Icon size={SIZE} />
    </span>
  ) : (
    <span key="again" className={classes} dangerouslySetInnerHTML={{ __html: markup }} />
  );
}
