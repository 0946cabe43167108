/** `npm run build`: makes what `bin` and `exports` of package.json name. */
import { buildAll } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { main } from "./lib/lifetime.mjs";
import { withMutex } from "./lib/mutex.mjs";
import { CLONE_ID } from "./lib/places.mjs";

await main(async (life) => {
  await ensureDependencies(life);
  // The same lock as for those who build only what is out of date.
  await withMutex(life, `${CLONE_ID}-build`, () => buildAll(life));
  return 0;
});
