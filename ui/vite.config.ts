import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const SERVER = process.env.SWITCHYARD_SERVER ?? 'http://127.0.0.1:8081';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': { target: SERVER, ws: true } } },
  // The manifest is what the size budget is measured from.
  build: { outDir: 'dist', manifest: true, target: 'es2022' },
  test: { environment: 'happy-dom', setupFiles: ['src/test-setup.ts'], restoreMocks: true },
});
