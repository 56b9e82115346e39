export { AgentsPage as AgentsRoute } from '@/features/agents/AgentsPage';
