import { toast } from '@/shared/ui/toast';

/** A program may put no more than this onto the clipboard. */
const MOST_BASE64 = 1_400_000;

export async function copyText(text: string): Promise<boolean> {
  if (text === '') return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    toast.failed('The text could not be copied', error);
    return false;
  }
}

/** The text that a program wants on the clipboard (OSC 52), or null. A question for what is there is never answered. */
export function clipboardText(data: string): string | null {
  const at = data.indexOf(';');
  const payload = data.slice(at + 1);
  if (at < 0 || payload === '?' || payload === '' || payload.length > MOST_BASE64) return null;
  try {
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
