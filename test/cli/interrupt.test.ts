/**
 * SIGINT at moments spread over the whole life of `berth run`, from before the engine is there to after the task has
 * ended: whatever the moment, nothing of the task is left in Docker.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDockerClient } from "../../src/docker/index.ts";
import { SeededRandom } from "../../src/testing/index.ts";
import { berthCommand } from "./berth-command.ts";

const MOMENTS = Number(process.env.BERTH_TEST_INTERRUPTS ?? 100);
/** A run that nobody interrupts takes about this long here; a little more, so that some signals come too late. */
const LIFE_MS = 2_600;
const AT_A_TIME = 3;
const LABEL = "com.amazonaws.ecs.task-definition-family";

const family = `interrupt-${process.pid}`;
const definition = {
  family,
  networkMode: "awsvpc",
  volumes: [{ name: "data" }],
  containerDefinitions: [
    {
      name: "init",
      image: "berth-test/busybox:latest",
      essential: false,
      memory: 16,
      command: ["sh", "-c", "echo 1 > /data/x"],
      mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
    },
    {
      name: "web",
      image: "berth-test/busybox:latest",
      essential: false,
      memory: 16,
      command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
      dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
      portMappings: [{ containerPort: 8080 }],
    },
    {
      name: "job",
      image: "berth-test/busybox:latest",
      memory: 16,
      command: ["sleep", "0.7"],
      dependsOn: [{ containerName: "web", condition: "START" }],
    },
  ],
};

function endpoint(): string {
  const host = process.env.BERTH_TEST_DOCKER_HOST;
  if (host === undefined) throw new Error("BERTH_TEST_DOCKER_HOST is not set: run the tests with npm test");
  return host;
}

type Outcome = { readonly code: number | null; readonly stderr: string };

async function interrupted(file: string, afterMs: number): Promise<Outcome> {
  const command = await berthCommand();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, "run", file, "--output", "json"], {
      env: { ...process.env, DOCKER_HOST: endpoint() },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => child.kill("SIGINT"), afterMs);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stderr });
    });
  });
}

describe("berth run, interrupted", () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-interrupt-"));
  const file = join(folder, "task.json");
  const client = createDockerClient({ endpoint: endpoint() });

  beforeAll(async () => {
    writeFileSync(file, JSON.stringify(definition));
    await berthCommand();
  });
  afterAll(() => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`${MOMENTS} random moments of SIGINT leave no container and no volume behind`, async () => {
    const random = new SeededRandom(20_261_123);
    const moments = Array.from({ length: MOMENTS }, () => random.int(0, LIFE_MS));
    const unexpected: Outcome[] = [];
    const worker = async () => {
      for (let afterMs = moments.pop(); afterMs !== undefined; afterMs = moments.pop()) {
        const outcome = await interrupted(file, afterMs);
        // 130 when it was interrupted, 0 when the signal came too late; null when it came before anybody could listen.
        if (![130, 0, null].includes(outcome.code)) unexpected.push(outcome);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const left = await client.listContainers({ all: true, labels: { [LABEL]: family } });
    expect(left.map((each) => each.dockerName)).toEqual([]);
    const volumes = await client.listVolumes({ labels: { "com.amazonaws.ecs.task-arn": true } });
    expect(volumes.filter((each) => each.name.includes(family)).map((each) => each.name)).toEqual([]);
    expect(unexpected).toEqual([]);
  }, 600_000);
});
