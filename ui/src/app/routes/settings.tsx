import { ArchivedProjects } from '@/features/projects/ArchivedProjects';
import { SettingsPage } from '@/features/settings/SettingsPage';
import { TerminalSettings } from '@/features/terminals/TerminalSettings';

export const SettingsRoute = () => <SettingsPage terminal={(lines, onLines, error) => <TerminalSettings lines={lines} onLines={onLines} error={error} />} archivedProjects={<ArchivedProjects />} />;
