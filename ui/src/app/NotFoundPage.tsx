import { Link } from '@tanstack/react-router';
import { MapPinOff } from 'lucide-react';
import { EmptyState } from '@/shared/ui/States';

export const NotFoundPage = () => (
  <EmptyState
    className="h-full"
    icon={<MapPinOff size={28} />}
    title="There is nothing at this address"
    action={
      <Link to="/" className="text-accent-text hover:underline">
        Go to your projects
      </Link>
    }
  >
    It may have been deleted, or the address is mistyped.
  </EmptyState>
);
