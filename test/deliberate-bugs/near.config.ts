/** The unit tests with one deliberate bug in the sources: `BERTH_BUG` names it. */
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { plant } from "./bundle.ts";
import { HIDDEN_BUGS, SUBTLE_BUGS } from "./subtle-bugs.ts";

const bug = [...SUBTLE_BUGS, ...HIDDEN_BUGS].find(({ name }) => name === process.env.BERTH_BUG);
if (bug === undefined) throw new Error(`Cannot plant bug "${process.env.BERTH_BUG}": there is none of that name`);
const path = resolve(import.meta.dirname, "../../src", bug.file);

export default defineConfig({
  plugins: [
    {
      name: "plant",
      enforce: "pre",
      transform: (code, id) => (id.split("?")[0] === path ? plant(code, bug) : undefined),
    },
  ],
  root: resolve(import.meta.dirname, "../.."),
  test: { include: ["src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 20_000, passWithNoTests: false },
});
