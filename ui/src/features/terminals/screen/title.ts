const LONGEST = 120;

/** A title that output chose, as text alone: one line, bounded, without marks that turn its direction around. */
 
export const safeTitle = (raw: string): string => raw.slice(0, LONGEST * 4).replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, ' ').replace(/\s+/g, ' ').trim().slice(0, LONGEST);
