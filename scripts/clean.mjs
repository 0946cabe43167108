/** `npm run clean`: removes what the scripts made: images with our label, the private daemon, `dist/` and `.berth/`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { users } from "./lib/docker.mjs";
import { candidateEndpoints } from "./lib/endpoint.mjs";
import { ping } from "./lib/engine-api.mjs";
import { removeImages } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { stopDaemon } from "./lib/private-daemon.mjs";
import { Problem } from "./lib/problem.mjs";

await main(async () => {
  const others = users();
  if (others.length > 0)
    throw new Problem(`Cannot clean: the private Docker is in use by process ${others.join(", ")}`);
  await stopDaemon();
  for (const endpoint of candidateEndpoints()) {
    if ((await ping(endpoint)).answers) await removeImages(endpoint);
  }
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  rmSync(BERTH_DIR, { recursive: true, force: true });
  return 0;
});
