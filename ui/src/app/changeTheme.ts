import type { QueryClient } from '@tanstack/react-query';
import { changeConfig, configQuery } from '@/shared/api/instance';
import { keys } from '@/shared/api/keys';
import { setTheme, type Theme } from '@/shared/hooks/theme';
import { toast } from '@/shared/ui/toast';

/** The opposite of what is shown now. */
export const nextTheme = (): Theme => (document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');

/** Shows the theme at once and keeps it with the other settings. */
export async function changeTheme(client: QueryClient, theme: Theme): Promise<void> {
  setTheme(theme);
  try {
    const config = await client.ensureQueryData(configQuery());
    client.setQueryData(keys.config, await changeConfig(config.version, { theme }));
  } catch (error) {
    toast.failed('The theme could not be saved', error);
  }
}
