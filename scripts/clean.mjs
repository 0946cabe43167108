/**
 * `npm run clean`: removes what the scripts made: images with our label, the private daemon, `dist/` and `.berth/`. Those
 * in a Docker that does not answer stay, which is an error when that one was asked for.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { users } from "./lib/docker.mjs";
import { dockerEndpoint } from "./lib/endpoint.mjs";
import { ping } from "./lib/engine-api.mjs";
import { removeImages } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { PROJECT } from "./lib/packed.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { ENDPOINT, stopDaemon } from "./lib/private-daemon.mjs";
import { Problem } from "./lib/problem.mjs";

await main(async () => {
  const others = users();
  if (others.length > 0)
    throw new Problem(`Cannot clean: the private Docker is in use by process ${others.join(", ")}`);
  await stopDaemon();
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  rmSync(PROJECT, { recursive: true, force: true });
  rmSync(BERTH_DIR, { recursive: true, force: true });
  await removeOurImages(dockerEndpoint());
  return 0;
});

/** @param {import("./lib/endpoint.mjs").Endpoint} endpoint */
async function removeOurImages(endpoint) {
  if (endpoint.host === ENDPOINT.host) return; // they have gone with all that the private daemon had
  const answer = await ping(endpoint);
  if (answer.answers) return removeImages(endpoint);
  if (endpoint.isNamed) throw new Problem(`Cannot remove images from Docker at ${endpoint.host}: ${answer.why}`);
}
