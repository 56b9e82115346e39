/** Two tracks that meet: the mark of the product. */
export const Logo = ({ size = 20 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path d="M7 22h6c5 0 5-12 12-12M7 22h18" fill="none" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round" />
    <circle cx="25" cy="10" r="2.6" fill="var(--on-accent)" />
  </svg>
);
