export { ApprovalsPage as ApprovalsRoute } from '@/features/approvals/ApprovalsPage';
