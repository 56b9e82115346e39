import { useState } from 'react';
import { Textarea } from '@/shared/ui/Field';

interface LinesInputProps {
  label: string;
  placeholder: string;
  lines: readonly string[];
  onChange: (lines: string[]) => void;
}

/** A list with one entry a line. What is typed stays as it is; blank lines are only left out of the list. */
export function LinesInput({ label, placeholder, lines, onChange }: LinesInputProps) {
  const [text, setText] = useState(lines.join('\n'));
  const parsed = parse(text);
  // A reset from outside shows in the field; one's own typing does not come back changed.
  const shown = JSON.stringify(parsed) === JSON.stringify(lines) ? text : lines.join('\n');
  return (
    <Textarea
      aria-label={label}
      placeholder={placeholder}
      spellCheck={false}
      className="font-mono text-sm"
      value={shown}
      onChange={(event) => {
        setText(event.target.value);
        onChange(parse(event.target.value));
      }}
    />
  );
}

const parse = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);
