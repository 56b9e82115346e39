import { useState } from 'react';
import { cn } from './cn';

interface AvatarProps {
  name: string;
  /** A picture; anything but an https address is passed over. */
  url?: string | null;
  size?: number;
  /** People are round, organisations are not. */
  square?: boolean;
  className?: string;
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = (word: string | undefined) => [...(word ?? '')][0] ?? '';
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : '')).toUpperCase();
}

/** The same name has the same colour everywhere, in degrees. */
function hueOf(name: string): number {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return hash;
}

const isHttps = (url: string | null | undefined): url is string => Boolean(url && URL.canParse(url) && new URL(url).protocol === 'https:');

/** A person or an organisation, by a picture or by initials. The name stands beside it, so it is not read aloud. */
export function Avatar({ name, url, size = 24, square = false, className }: AvatarProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const box = cn('inline-flex shrink-0 items-center justify-center overflow-hidden select-none', square ? 'rounded-sm' : 'rounded-full', className);
  if (isHttps(url) && failed !== url)
    return <img src={url} alt="" width={size} height={size} referrerPolicy="no-referrer" loading="lazy" decoding="async" draggable={false} onError={() => setFailed(url)} className={cn(box, 'object-cover')} style={{ width: size, height: size }} />;
  return (
    <span aria-hidden="true" className={cn(box, 'bg-(--avatar) font-semibold text-white')} style={{ width: size, height: size, fontSize: Math.round(size * 0.4), '--avatar': `oklch(0.5 0.11 ${hueOf(name)})` } as React.CSSProperties}>
      {initials(name)}
    </span>
  );
}
