import { confirm } from '@/shared/ui/confirm';
import { toast } from '@/shared/ui/toast';

const MOST_CHARACTERS = 5_000_000;
const PREVIEW_LINES = 5;
const PREVIEW_WIDTH = 100;

/**
 * Text as it may be pasted: no control characters but tab and line end. An escape in it could end the bracketed paste
 * and have the rest run as if it were typed.
 */
 
export const pasteable = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

/** The first lines of a text, as a question shows them. */
function preview(lines: readonly string[]): string {
  const shown = lines.slice(0, PREVIEW_LINES).map((line) => (line.length > PREVIEW_WIDTH ? `${line.slice(0, PREVIEW_WIDTH)}…` : line));
  return [...shown, ...(lines.length > PREVIEW_LINES ? ['…'] : [])].join('\n');
}

/**
 * The text to be pasted, or null when it is not. A shell that does not know of pasting runs each line as it comes: then
 * a person is asked first.
 */
export async function readyToPaste(text: string, isBracketed: boolean): Promise<string | null> {
  const clean = pasteable(text);
  if (clean === '') return null;
  if (clean.length > MOST_CHARACTERS) {
    toast.failed('The text was not pasted', new Error('It is longer than 5 million characters. Put it into a file of the workspace.'));
    return null;
  }
  const lines = clean.split('\n');
  if (isBracketed || lines.length < 2) return clean;
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const yes = await confirm({
    title: count === 1 ? 'Paste a line that runs at once?' : `Paste ${count} lines that run at once?`,
    body: 'The program in the terminal takes each line as if you had typed it and pressed Enter.',
    quote: preview(lines),
    confirmLabel: 'Paste',
  });
  return yes ? clean : null;
}
