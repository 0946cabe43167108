/**
 * `npm test`: sets everything up and runs every test; arguments go to vitest (`npm test -- src/core`). Tests that need
 * Docker find it, and the registries, by the variables set here.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuild } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { acquireDocker } from "./lib/docker.mjs";
import { DEMO_IMAGE, ensureImages, PULL_IMAGE, TEST_IMAGE } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { PID_FILE } from "./lib/private-daemon.mjs";
import { pushImage, startRegistry, TEST_LOGIN } from "./lib/registry.mjs";
import { run } from "./lib/run.mjs";
import { closingLine, countTests } from "./lib/test-summary.mjs";

/** A test that loops without end would otherwise keep the run for ever: vitest's own limits need its loop to turn. */
const LIMIT_MS = 40 * 60_000;
const REPORT = join(BERTH_DIR, `test-report.${process.pid}.json`);

await main(async (life) => {
  await ensureDependencies(life);
  await ensureBuild(life);
  const env = { ...process.env, ...(await prepareDocker(life)) };
  life.onEnd("remove the test report", () => rmSync(REPORT, { force: true }));
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const args = [vitest, "run", ...reporters, ...process.argv.slice(2)];
  const { code } = await run(life, process.execPath, args, { cwd: ROOT, env, limitMs: LIMIT_MS });
  console.log(`\n${closingLine(countTests(readReport(), code))}`);
  return code;
});

/** @param {import("./lib/lifetime.mjs").Lifetime} life @returns {Promise<NodeJS.ProcessEnv>} */
async function prepareDocker(life) {
  const { endpoint, isPrivate } = await acquireDocker(life);
  await ensureImages(life, endpoint, [DEMO_IMAGE, TEST_IMAGE, PULL_IMAGE]);
  const open = await startRegistry(life);
  const closed = await startRegistry(life, TEST_LOGIN);
  for (const repository of [TEST_IMAGE, PULL_IMAGE]) {
    await pushImage(endpoint, repository, open);
    await pushImage(endpoint, repository, closed, TEST_LOGIN);
  }
  return {
    BERTH_TEST_DOCKER_HOST: endpoint.host,
    ...(endpoint.certPath === undefined ? {} : { BERTH_TEST_DOCKER_CERT_PATH: endpoint.certPath }),
    ...(isPrivate ? { BERTH_TEST_DOCKERD_PIDFILE: PID_FILE } : {}),
    BERTH_TEST_REGISTRY: open,
    BERTH_TEST_REGISTRY_AUTH: closed,
    BERTH_TEST_REGISTRY_USER: TEST_LOGIN.user,
    BERTH_TEST_REGISTRY_PASSWORD: TEST_LOGIN.password,
  };
}

function readReport() {
  try {
    return JSON.parse(readFileSync(REPORT, "utf8"));
  } catch {
    return undefined; // vitest ended before it wrote one
  }
}
