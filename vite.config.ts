import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The dashboard: built into the package, so that it works offline and nothing is fetched from outside. */
export default defineConfig({
  root: 'src/surfaces/web',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
});
