import { describe, expect, it } from "vitest";
import { acquireDocker } from "./docker.mjs";
import { Lifetime } from "./lifetime.mjs";

const NOWHERE = "unix:///no/such/docker.sock";

describe("acquireDocker()", () => {
  it.each([
    ["DOCKER_HOST", "Start it, or unset DOCKER_HOST."],
    ['the docker context "lab"', "Start it, or choose another with: docker context use NAME."],
  ])("takes no other daemon when that of %s does not answer, and starts none", async (source, advice) => {
    const wanted = { host: NOWHERE, source, isNamed: true };
    const refused = acquireDocker(new Lifetime(), wanted);
    await expect(refused).rejects.toThrow(`Cannot reach Docker at ${NOWHERE} (${source}): `);
    await expect(refused).rejects.toThrow(advice);
  });
});
