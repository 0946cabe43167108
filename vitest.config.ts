import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "scripts/**/*.test.ts",
            "test/scenarios/**/*.test.ts",
            "test/fuzz/**/*.test.ts",
            "test/contract/**/*.test.ts",
          ],
          exclude: ["test/fuzz/memory.test.ts"],
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          // The readers with 50 MB in them take their time, each in a process of its own.
          exclude: ["test/scenarios/**", "test/fuzz/!(memory).test.ts", "test/contract/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // After the unit tests: what they do to the processor would show as slow containers here.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
