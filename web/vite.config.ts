import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const pagesOfSvelte = /svelte\/src\/internal\/client\/dom\/(?:elements\/bindings\/(?:input|size)|blocks\/await)\.js$/;

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    // What only pages use of Svelte would otherwise be in the shell, which everybody waits for.
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: pagesOfSvelte, sideEffects: false }] },
      output: {
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: "widgets", test: pagesOfSvelte }] },
      },
    },
  },
  // Component tests want the browser build of Svelte.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
  test: { environment: "jsdom", include: ["src/**/*.test.ts"] },
}));
