/**
 * `node scripts/private-docker.mjs start|stop|restart|kill|status`: the private Docker daemon by hand. `restart` and
 * `kill` leave its containers running, as an upgrade and a crash of Docker do.
 */
import { canInstall, install, which } from "./lib/debian.mjs";
import { DOCKER_MUTEX, isKeptByHand, keepByHand, releaseByHand } from "./lib/docker.mjs";
import { main } from "./lib/lifetime.mjs";
import { withMutex } from "./lib/mutex.mjs";
import { daemonPid, ENDPOINT, killDaemon, quitDaemon, startDaemon } from "./lib/private-daemon.mjs";
import { UsageProblem } from "./lib/problem.mjs";
import { say } from "./lib/say.mjs";

/** @typedef {import("./lib/lifetime.mjs").Lifetime} Lifetime */

/** @type {Record<string, (life: Lifetime) => Promise<number>>} */
const VERBS = {
  start: (life) =>
    withMutex(life, DOCKER_MUTEX, async () => {
      if (which("dockerd") === undefined && canInstall()) await install(life, ["docker.io", "iptables"]);
      await startDaemon(life);
      keepByHand();
      console.log(`export DOCKER_HOST=${ENDPOINT.host}`);
      return 0;
    }),
  stop: async () => {
    const others = await releaseByHand();
    if (others.length > 0) say(`It runs on for process ${others.join(", ")}`);
    return 0;
  },
  restart: (life) =>
    withMutex(life, DOCKER_MUTEX, async () => {
      const kept = isKeptByHand();
      await quitDaemon();
      await startDaemon(life);
      if (kept) keepByHand();
      return 0;
    }),
  kill: async () => {
    await killDaemon();
    return 0;
  },
  status: async () => {
    const pid = daemonPid();
    console.log(pid === undefined ? "stopped" : `running, process ${pid}, ${ENDPOINT.host}`);
    return pid === undefined ? 1 : 0;
  },
};

await main(async (life) => {
  const verb = VERBS[process.argv[2] ?? ""];
  if (verb === undefined)
    throw new UsageProblem(`Usage: node scripts/private-docker.mjs ${Object.keys(VERBS).join("|")}`);
  return verb(life);
});
