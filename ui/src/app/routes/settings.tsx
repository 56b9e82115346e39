import { ArchivedProjects } from '@/features/projects/ArchivedProjects';
import { SettingsPage } from '@/features/settings/SettingsPage';

export const SettingsRoute = () => <SettingsPage archivedProjects={<ArchivedProjects />} />;
