/** `npm run build`: makes what `bin` and `exports` of package.json name. */
import { buildAll } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { main } from "./lib/lifetime.mjs";

await main(async (life) => {
  await ensureDependencies(life);
  await buildAll(life);
  return 0;
});
