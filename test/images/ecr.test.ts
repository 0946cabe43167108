/** Images in a stand-in for ECR: the token from its API, the pull from a registry with a login, on the real daemon. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/docker/system-clock.ts";
import { CredentialsManager } from "../../src/index.ts";
import { LocalEcr } from "../aws/local-ecr.ts";
import { RealEngine } from "../resources/real-engine.ts";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: run the tests with npm test`);
  return value;
}

const REGISTRY = setting("BERTH_TEST_REGISTRY_AUTH");
const LOGIN = `${setting("BERTH_TEST_REGISTRY_USER")}:${setting("BERTH_TEST_REGISTRY_PASSWORD")}`;
const IMAGE = `${REGISTRY}/berth-test/busybox:latest`;
const ROLE = "arn:aws:iam::123456789012:role/execution";

const ecr = new LocalEcr(systemClock);
const credentials = new CredentialsManager();
const engines: RealEngine[] = [];

async function opened(): Promise<RealEngine> {
  const world = new RealEngine({
    credentialsManager: credentials,
    ecr: {
      ...ecr.options,
      registries: { [REGISTRY]: { registryId: "123456789012", region: "eu-central-1" } },
      executionCredentials: (taskArn) => credentials.getCredentials(`execution of ${taskArn}`)?.credentials,
    },
  });
  engines.push(world);
  await world.open();
  return world;
}

/** A token as ECR makes them, whose login is this one. */
function tokenOf(login: string): void {
  const authorizationToken = Buffer.from(login).toString("base64");
  ecr.answer = (call) => ecr.token(call, { authorizationToken, proxyEndpoint: `http://${REGISTRY}` });
}

async function removeImage(world: RealEngine): Promise<void> {
  const image = await world.client.inspectImage(IMAGE);
  for (const name of [...(image?.tags ?? []), ...(image?.repoDigests ?? [])]) {
    if (name.startsWith(`${REGISTRY}/`)) await world.client.removeImage(name);
  }
}

beforeAll(() => ecr.listen());
afterAll(async () => {
  for (const world of engines) {
    await removeImage(world);
    await world.close();
  }
  await ecr.close();
});

describe("ECR and the real daemon", () => {
  it("DC-5, DC-9: runs two tasks on an image that only a token lets in, with one call for it", async () => {
    tokenOf(LOGIN);
    const world = await opened();
    await removeImage(world);
    const job = { name: "job", image: IMAGE, script: "exit 0" };
    const first = await world.untilStopped(await world.run([job]));
    expect(first.containers[0]).toMatchObject({ exitCode: 0, pullError: undefined });
    expect(first.containers[0]?.imageDigest).toMatch(/^sha256:/);
    expect(first.pullStartedAt).toBeDefined();
    await world.untilStopped(await world.run([job]));
    expect(ecr.calls).toMatchObject([
      { body: { registryIds: ["123456789012"] }, region: "eu-central-1", accessKeyId: "AKIDENGINE" },
    ]);
  });

  it("DM-47: asks with the credentials of the task's execution role", async () => {
    tokenOf(LOGIN);
    const world = await opened();
    await removeImage(world);
    ecr.calls.length = 0;
    const withCredentials = await world.run(
      [{ name: "job", image: IMAGE, script: "exit 0" }],
      { executionRoleArn: ROLE },
      (task) => {
        credentials.setCredentials(`execution of ${task.arn}`, {
          taskArn: task.arn,
          credentials: {
            roleArn: ROLE,
            accessKeyId: "AKIDROLE",
            secretAccessKey: "secret",
            sessionToken: "session",
            expiration: "2100-01-01T00:00:00Z",
          },
        });
        return task;
      },
    );
    expect((await world.untilStopped(withCredentials)).containers[0]).toMatchObject({ exitCode: 0 });
    expect(ecr.calls.map(({ accessKeyId }) => accessKeyId)).toEqual(["AKIDROLE"]);
  });

  it.each([
    [
      "DC-6: the role has no credentials",
      { executionRoleArn: ROLE },
      LOGIN,
      `CannotPullECRContainerError: Cannot log in to ECR: nobody knows the credentials of the execution role ${ROLE}`,
    ],
    [
      "DC-6: the registry refuses the token",
      {},
      "AWS:hunter2",
      "CannotPullContainerError: The task can't pull the image.",
    ],
  ])("%s: the task stops and says so, without the token", async (_, members, login, reason) => {
    tokenOf(login);
    const world = await opened();
    await removeImage(world);
    const task = await world.untilStopped(await world.run([{ name: "job", image: IMAGE, script: "exit 0" }], members));
    const error = task.containers[0]?.error;
    expect(`${error?.name}: ${error?.message}`.slice(0, reason.length)).toBe(reason);
    const told = JSON.stringify([task, world.log.lines, world.engine.toJSON()]);
    expect(told).not.toContain("hunter2");
    expect(told).not.toContain(Buffer.from(LOGIN).toString("base64"));
  });

  it("DC-6: what ECR refuses is the reason of the stop", async () => {
    const body = { __type: "AccessDeniedException", message: "not authorized" };
    ecr.answer = () => ({ status: 400, body });
    const world = await opened();
    await removeImage(world);
    const task = await world.untilStopped(await world.run([{ name: "job", image: IMAGE, script: "exit 0" }]));
    expect(task.containers[0]?.error).toEqual({
      name: "CannotPullECRContainerError",
      message: expect.stringContaining("AccessDeniedException: not authorized"),
    });
  });
});
