/** What an embedding program sets on an engine is seen in the containers that it makes. */
import { describe, expect, it } from "vitest";
import { CredentialsManager, DockerTaskEngine, type DockerTaskEngineOptions, type Task } from "../../src/index.ts";
import { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { recordingClient } from "./recording-client.ts";

const ROLES = {
  taskRoleArn: "arn:aws:iam::123456789012:role/app",
  executionRoleArn: "arn:aws:iam::123456789012:role/execution",
};
const KEYS = { accessKeyId: "AKIA", secretAccessKey: "s", sessionToken: "t", expiration: "2030-01-01T00:00:00Z" };

type Body = {
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly HostConfig: {
    readonly NetworkMode?: string;
    readonly Privileged?: boolean;
    readonly Binds?: readonly string[];
  };
};

/** Runs one task on an engine with these options. @returns its end, and every create body by container name */
async function runWith(
  options: Partial<DockerTaskEngineOptions>,
  {
    container = {},
    task: members = {},
    prepare = () => undefined,
  }: {
    readonly container?: object;
    readonly task?: Readonly<Record<string, unknown>>;
    readonly prepare?: (task: Task) => void;
  } = {},
): Promise<{ readonly task: Task | undefined; readonly bodies: readonly Body[] }> {
  const host = new SimulatedHost();
  const { client, calls } = recordingClient(host.docker.client());
  const engine = new DockerTaskEngine({ client, clock: host.clock, random: host.random, ...options });
  await host.clock.resolve(engine.init());
  const task = host.task([{ name: "web", ...container }], members);
  prepare(task);
  await host.clock.resolve(engine.addTask(task));
  await host.clock.runUntil(() => ["RUNNING", "STOPPED"].includes(engine.getTaskByArn(task.arn)?.knownStatus ?? ""));
  const made = calls.filter(({ operation }) => operation === "createContainer");
  const bodies = made.map(({ args }) => (args[0] as { readonly body: Body }).body);
  return { task: engine.getTaskByArn(task.arn), bodies };
}

const endpoint = { baseUrl: "http://169.254.170.2", endpointIdOf: (_: string, name: string) => `id-of-${name}` };

describe("an embedder's options", () => {
  it("a CredentialsManager with credentials for a task puts their address into its containers", async () => {
    const credentialsManager = new CredentialsManager();
    const { bodies } = await runWith(
      { credentialsManager },
      {
        task: ROLES,
        prepare: ({ arn }) => {
          for (const [id, roleArn] of [
            ["e1", ROLES.executionRoleArn],
            ["t1", ROLES.taskRoleArn],
          ] as const)
            credentialsManager.setCredentials(id, { taskArn: arn, credentials: { roleArn, ...KEYS } });
        },
      },
    );
    expect(bodies[0]?.Env).toContain("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/t1");
    expect(bodies[0]?.Env?.join(" ")).not.toContain("e1");
  });

  it("credentials of the execution role alone are not given to containers, nor those of another task", async () => {
    const credentialsManager = new CredentialsManager();
    const { bodies } = await runWith(
      { credentialsManager },
      {
        task: ROLES,
        prepare: ({ arn }) => {
          const own = { roleArn: ROLES.executionRoleArn, ...KEYS };
          credentialsManager.setCredentials("e1", { taskArn: arn, credentials: own });
          const other = { taskArn: `${arn}0` as typeof arn, credentials: { roleArn: ROLES.taskRoleArn, ...KEYS } };
          credentialsManager.setCredentials("t2", other);
        },
      },
    );
    expect(bodies[0]?.Env?.join(" ")).not.toContain("AWS_CONTAINER_CREDENTIALS");
  });

  it("DM-63, DM-65: taskEndpoint gives each container the addresses of its metadata", async () => {
    const { bodies } = await runWith({ taskEndpoint: endpoint });
    expect(bodies[0]?.Env).toEqual(
      expect.arrayContaining([
        "ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/id-of-web",
        "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/id-of-web",
        "ECS_AGENT_URI=http://169.254.170.2/api/id-of-web",
      ]),
    );
  });

  it("privilegedDisabled refuses a container that asks for it", async () => {
    expect((await runWith({}, { container: { privileged: true } })).bodies[0]?.HostConfig.Privileged).toBe(true);
    const refused = await runWith({ privilegedDisabled: true }, { container: { privileged: true } });
    expect(refused.bodies.filter(({ HostConfig }) => HostConfig.Privileged === true)).toEqual([]);
  });

  it("awsvpcNetwork is the network that a task with its own address joins", async () => {
    const { bodies } = await runWith({ awsvpcNetwork: "shop" }, { task: { networkMode: "awsvpc" } });
    expect(bodies[0]?.HostConfig.NetworkMode).toBe("shop");
  });

  it("VOL-5: sharedVolumeMatchFullConfig refuses a shared volume that is there in another way", async () => {
    const volume = {
      name: "data",
      dockerVolumeConfiguration: { scope: "shared", autoprovision: true, driver: "local", labels: { owner: "me" } },
    };
    const other = {
      ...volume,
      dockerVolumeConfiguration: { ...volume.dockerVolumeConfiguration, labels: { owner: "you" } },
    };
    for (const [sharedVolumeMatchFullConfig, knownStatus] of [
      [false, "RUNNING"],
      [true, "STOPPED"],
    ] as const) {
      const host = new SimulatedHost();
      const engine = new DockerTaskEngine({
        client: host.docker.client(),
        clock: host.clock,
        random: host.random,
        sharedVolumeMatchFullConfig,
      });
      await host.clock.resolve(engine.init());
      const tasks = [volume, other].map((each) => host.task([{ name: "web" }], { volumes: [each] }));
      for (const task of tasks) {
        await host.clock.resolve(engine.addTask(task));
        await host.clock.runUntil(() =>
          ["RUNNING", "STOPPED"].includes(engine.getTaskByArn(task.arn)?.knownStatus ?? ""),
        );
      }
      expect(tasks.map(({ arn }) => engine.getTaskByArn(arn)?.knownStatus)).toEqual(["RUNNING", knownStatus]);
    }
  });
});
