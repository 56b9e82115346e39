import { createStore } from './createStore';

const KEY = 'switchyard.sidebar';

interface SidebarState {
  /** Beside the page, on wide windows. */
  open: boolean;
  /** Over the page, at phone width. */
  drawer: boolean;
}

export const sidebarStore = createStore<SidebarState>({ open: localStorage.getItem(KEY) !== 'closed', drawer: false });

export function toggleSidebar(): void {
  if (matchMedia('(max-width: 819px)').matches) sidebarStore.set((state) => ({ ...state, drawer: !state.drawer }));
  else {
    sidebarStore.set((state) => ({ ...state, open: !state.open }));
    localStorage.setItem(KEY, sidebarStore.get().open ? 'open' : 'closed');
  }
}

export const closeDrawer = (): void => sidebarStore.set((state) => ({ ...state, drawer: false }));
