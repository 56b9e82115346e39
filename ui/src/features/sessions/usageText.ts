const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12.3K`: short enough for a header. */
export const tokensText = (tokens: number): string => compact.format(tokens);

export function costText(cost: number, currency: string | null): string {
  // Small sums keep the digits that tell them apart.
  const digits = cost !== 0 && cost < 0.1 ? 4 : 2;
  if (!currency) return cost.toFixed(digits);
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency, minimumFractionDigits: digits }).format(cost);
  } catch {
    // An agent may name a currency that nobody knows.
    return `${cost.toFixed(digits)} ${currency}`;
  }
}
