/** What every `DockerClient` does, whether the daemon behind it is real or simulated. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { testCancellation } from "./cancellation.ts";
import { testContainers } from "./containers.ts";
import { type ContractClient, createWorld, type MakeContractClient, type World } from "./contract-world.ts";
import { testEvents } from "./events.ts";
import { testHealth } from "./health.ts";
import { testImages } from "./images.ts";
import { testLogs } from "./logs.ts";
import { testStops } from "./stops.ts";
import { testStorage } from "./storage.ts";
import { testSystem } from "./system.ts";

/** Each test has a world of its own, and leaves nothing behind. */
export function describeDockerClientContract(name: string, makeClient: MakeContractClient): void {
  describe(`${name} keeps the contract of a DockerClient`, () => {
    let contract: ContractClient;
    let world: World;
    beforeAll(async () => {
      contract = await makeClient();
    });
    afterAll(async () => {
      await contract?.cleanup();
    });
    beforeEach(() => {
      world = createWorld(contract);
    });
    afterEach(async () => {
      await world.tearDown();
    });
    const worldOf = () => world;

    describe("the daemon", () => testSystem(worldOf, makeClient));
    describe("containers", () => testContainers(worldOf));
    describe("stopping and removing", () => testStops(worldOf));
    describe("health", () => testHealth(worldOf));
    describe("events", () => testEvents(worldOf));
    describe("logs and stats", () => testLogs(worldOf));
    describe("volumes and networks", () => testStorage(worldOf));
    describe("images", () => testImages(worldOf));
    describe("limits and signals", () => testCancellation(worldOf));
  });
}
