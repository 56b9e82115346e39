import { useId, type ReactNode } from 'react';
import { Logo } from '@/shared/ui/Logo';

interface FrameProps {
  title: string;
  children: ReactNode;
  /** Under the title. */
  lead?: ReactNode;
  /** Under the card: other ways. */
  foot?: ReactNode;
}

/** The pages before the boards: one card, in front of tracks that meet. */
export function Frame({ title, lead, children, foot }: FrameProps) {
  return (
    <main className="relative h-full overflow-x-hidden overflow-y-auto">
      <Tracks />
      <div className="relative flex min-h-full flex-col items-center justify-center px-4 py-10">
        <div className="w-full max-w-[23rem]">
          <div className="mb-6 flex flex-col items-center gap-3 text-center">
            <Logo size={44} />
            <div>
              <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
              {lead ? <p className="mt-1 text-md text-balance text-muted">{lead}</p> : null}
            </div>
          </div>
          <div className="rounded-xl bg-raised p-5 shadow-pop sm:p-6">{children}</div>
          {foot ? <div className="mt-4 text-center text-muted">{foot}</div> : null}
        </div>
      </div>
    </main>
  );
}

/** Each track goes straight, then over to another one: the mark of the product, as seen from a bridge. */
function Tracks() {
  const fade = useId();
  return (
    <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full text-line-strong" preserveAspectRatio="xMidYMid slice" viewBox="0 0 1440 900" fill="none">
      <defs>
        <radialGradient id={fade} cx="0.5" cy="0.5" r="0.62">
          <stop offset="0.3" stopColor="white" stopOpacity="0" />
          <stop offset="1" stopColor="white" stopOpacity="0.75" />
        </radialGradient>
        <mask id={`${fade}-mask`}>
          <rect width="1440" height="900" fill={`url(#${fade})`} />
        </mask>
      </defs>
      <g mask={`url(#${fade}-mask)`} stroke="currentColor" strokeWidth="1.5">
        {[90, 210, 330, 450, 570, 690, 810].map((y) => (
          <path key={y} d={`M-20 ${y}H1460`} />
        ))}
        <path d="M-20 810H120C260 810 260 690 400 690M180 690C320 690 320 570 460 570M-20 330H60C200 330 200 210 340 210M260 210C400 210 400 90 540 90" />
        <path d="M900 810C1040 810 1040 690 1180 690M1060 690C1200 690 1200 570 1340 570M960 210C1100 210 1100 330 1240 330M1120 90C1260 90 1260 210 1400 210" />
        <g stroke="var(--accent)" strokeWidth="2.5" strokeLinecap="round">
          <path d="M40 690H180C320 690 320 570 460 570H520" />
          <path d="M940 330H960M980 210C1100 210 1100 330 1240 330H1330" />
        </g>
      </g>
      <g mask={`url(#${fade}-mask)`} fill="var(--accent)">
        <circle cx="40" cy="690" r="6" />
        <circle cx="1330" cy="330" r="6" />
      </g>
    </svg>
  );
}
