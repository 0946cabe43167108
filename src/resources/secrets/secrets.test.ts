import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineError, InvalidInputError } from "../../core/errors.ts";
import { secretResourcesOf } from "../../core/secrets/resources.ts";
import type { TaskResource } from "../../core/task.ts";
import { aDefinition, aTask } from "../../testing/builders.ts";
import {
  describeMissingSecret,
  environmentSource,
  findMissingSecrets,
  RegistryAuthAdapter,
  readSecretsFile,
  type SecretSource,
  SecretsAdapter,
  TaskEnvironmentStore,
  tableSource,
} from "./index.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbC12f";
const RESOURCE: TaskResource = {
  id: "secrets",
  type: "secrets",
  gates: "CREATED",
  knownStatus: "NONE",
  createRequested: false,
  volatile: true,
  spec: {},
};
const never = new AbortController().signal;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const definition = aDefinition({
  containerDefinitions: [
    {
      name: "web",
      secrets: [
        { name: "DB_PASSWORD", valueFrom: `${ARN}:password::` },
        { name: "API_KEY", valueFrom: "/prod/api-key" },
      ],
    },
    {
      name: "worker",
      secrets: [{ name: "DB", valueFrom: ARN }],
      logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "splunk-token", valueFrom: "token" }] },
      repositoryCredentials: { credentialsParameter: "registry-login" },
    },
  ],
});

const DOTENV = `# secrets
prod/db='{"password":"p#1"}'
export API_KEY="a=\\"b\\"\\n$HOME" # comment
token = plain value
`;
const JSON_TEXT = JSON.stringify({
  "prod/db": { password: "p#1" },
  "/prod/api-key": 'a="b"\n$HOME',
  token: "plain value",
});
const YAML_TEXT = `prod/db:\n  password: "p#1"\nAPI_KEY: "a=\\"b\\"\\n$HOME"\ntoken: plain value\n`;

describe("SecretsAdapter", () => {
  it.each([
    ["secrets.env", DOTENV],
    ["secrets.json", JSON_TEXT],
    ["secrets.yaml", YAML_TEXT],
    ["secrets", JSON_TEXT],
  ])("SEC-1, SEC-3: fetches values of %s for containers and their log drivers", async (name, text) => {
    const environment = new TaskEnvironmentStore();
    const adapter = new SecretsAdapter([await readSecretsFile(await file(name, text))], environment);
    const task = aTask({ definition });
    await adapter.create(task, RESOURCE, never);
    expect(environment.environmentOf(task.arn, "web")).toEqual({
      secrets: { DB_PASSWORD: "p#1", API_KEY: 'a="b"\n$HOME' },
      files: [],
      logOptions: {},
    });
    expect(environment.environmentOf(task.arn, "worker")).toEqual({
      secrets: { DB: '{"password":"p#1"}' },
      files: [],
      logOptions: { "splunk-token": "plain value" },
    });
  });

  it("SEC-2: fails with everything that is missing, before anything is kept", async () => {
    const environment = new TaskEnvironmentStore();
    const adapter = new SecretsAdapter([tableSource("secrets.env", { token: "hunter2" })], environment);
    const failure = adapter.create(aTask({ definition }), RESOURCE, never);
    await expect(failure).rejects.toMatchObject({ name: "ResourceInitializationError", retryable: false });
    await expect(failure).rejects.toThrow(/secret prod\/db-AbC12f, JSON key password/);
    await expect(failure).rejects.toThrow(/parameter \/prod\/api-key/);
    await expect(failure).rejects.toThrow(/not in secrets\.env/);
    await expect(failure).rejects.not.toThrow(/hunter2/);
    expect(JSON.stringify(environment)).toBe('{"tasks":0}');
  });

  it("SEC-9: fetches again as often as it is asked, and forgets on removal", async () => {
    const environment = new TaskEnvironmentStore();
    const adapter = new SecretsAdapter([tableSource("t", JSON.parse(JSON_TEXT))], environment);
    const task = aTask({ definition });
    await adapter.create(task, RESOURCE, never);
    await adapter.create(task, RESOURCE, never);
    expect(environment.environmentOf(task.arn, "web").secrets).toHaveProperty("API_KEY");
    await adapter.remove(task);
    await adapter.remove(task);
    expect(environment.environmentOf(task.arn, "web")).toEqual({ secrets: {}, files: [], logOptions: {} });
    expect(JSON.stringify(environment)).toBe('{"tasks":0}');
  });

  it("SEC-5: shows no value when the holder of the values is logged", async () => {
    const environment = new TaskEnvironmentStore();
    environment.set("arn", "web", { secrets: { A: "hunter2" } });
    expect(JSON.stringify({ environment })).not.toContain("hunter2");
  });

  it("rejects with the reason of the signal", async () => {
    const reason = new Error("task is stopped");
    const source: SecretSource = { label: "s", resolve: (_, signal) => Promise.reject(signal.reason) };
    const failure = new SecretsAdapter([source], new TaskEnvironmentStore()).create(
      aTask({ definition }),
      RESOURCE,
      AbortSignal.abort(reason),
    );
    await expect(failure).rejects.toBe(reason);
  });
});

describe("sources in order", () => {
  it("ask the next one for what the one before has not", async () => {
    const environment = new TaskEnvironmentStore();
    const sources = [
      tableSource("file", { "prod/db": { other: "x" }, token: "t" }),
      environmentSource({ API_KEY: "from-env", DB_PASSWORD: "env-password", DB: "env-db", token: "unused" }),
    ];
    const task = aTask({ definition });
    await new SecretsAdapter(sources, environment).create(task, RESOURCE, never);
    expect(environment.environmentOf(task.arn, "web").secrets).toEqual({
      DB_PASSWORD: "env-password",
      API_KEY: "from-env",
    });
    expect(environment.environmentOf(task.arn, "worker").secrets).toEqual({ DB: '{"other":"x"}' });
  });

  it("do not look up names of secrets in the environment", async () => {
    const missing = await findMissingSecrets(
      aDefinition({ containerDefinitions: [{ secrets: [{ name: "MINE", valueFrom: "HOME" }] }] }),
      [environmentSource({ HOME: "/home/u" })],
    );
    expect(missing).toHaveLength(1);
  });
});

describe("findMissingSecrets()", () => {
  it("SEC-2: names all missing at once, with path and a hint, logins too", async () => {
    const missing = await findMissingSecrets(definition, [tableSource("secrets.env", { token: "x" })]);
    expect(missing.map(describeMissingSecret)).toEqual([
      'containerDefinitions[0].secrets[0] (DB_PASSWORD): Cannot find secret prod/db-AbC12f, JSON key password: it is not in secrets.env; put "prod/db" or "DB_PASSWORD" into the file given with --secrets, or fetch it with --aws',
      'containerDefinitions[0].secrets[1] (API_KEY): Cannot find parameter /prod/api-key: it is not in secrets.env; put "/prod/api-key" or "API_KEY" into the file given with --secrets, or fetch it with --aws',
      'containerDefinitions[1].secrets[0] (DB): Cannot find secret prod/db-AbC12f: it is not in secrets.env; put "prod/db" or "DB" into the file given with --secrets, or fetch it with --aws',
      'containerDefinitions[1].repositoryCredentials.credentialsParameter: Cannot find secret registry-login: it is not in secrets.env; put "registry-login" into the file given with --secrets, or fetch it with --aws',
    ]);
  });

  it("SEC-3: tells a missing JSON key from a missing secret", async () => {
    const [first] = await findMissingSecrets(definition, [
      tableSource("f", { "prod/db": {}, API_KEY: "x", token: "x" }),
    ]);
    expect(first?.reason).toBe("retrieved secret from Secrets Manager did not contain json key password");
  });

  it("finds nothing missing without sources when nothing is wanted", async () => {
    expect(await findMissingSecrets(aDefinition(), [])).toEqual([]);
  });
});

describe("RegistryAuthAdapter", () => {
  it("keeps the login of repositoryCredentials", async () => {
    const environment = new TaskEnvironmentStore();
    const table = { "registry-login": { username: "u", password: "p" } };
    const adapter = new RegistryAuthAdapter([tableSource("t", table)], environment);
    const task = aTask({ definition });
    await adapter.create(task, RESOURCE, never);
    expect(environment.registryAuthOf(task.arn, "worker")).toEqual({ username: "u", password: "p" });
    expect(environment.registryAuthOf(task.arn, "web")).toBeUndefined();
    await adapter.remove(task);
    expect(environment.registryAuthOf(task.arn, "worker")).toBeUndefined();
  });

  it("IMG-12: refuses a secret that is no login without quoting it", async () => {
    const adapter = new RegistryAuthAdapter(
      [tableSource("t", { "registry-login": "hunter2" })],
      new TaskEnvironmentStore(),
    );
    const failure = adapter.create(aTask({ definition }), RESOURCE, never);
    await expect(failure).rejects.toBeInstanceOf(EngineError);
    await expect(failure).rejects.not.toThrow(/hunter2/);
  });
});

describe("readSecretsFile()", () => {
  it.each([
    ["broken.json", '{"a": hunter2'],
    ["broken.yaml", "a: [hunter2\nb: 1"],
    ["twice.yaml", "a: hunter2\na: hunter3"],
    ["list.json", '["hunter2"]'],
  ])("SEC-5: refuses %s without quoting it", async (name, text) => {
    const failure = readSecretsFile(await file(name, text));
    await expect(failure).rejects.toBeInstanceOf(InvalidInputError);
    await expect(failure).rejects.not.toThrow(/hunter/);
  });

  it("names a file that cannot be read", async () => {
    await expect(readSecretsFile(join(folder, "absent"))).rejects.toThrow(/absent: there is no such file/);
  });

  it("keeps scalars of YAML as they are written", async () => {
    const source = await readSecretsFile(await file("scalars.yml", "A: 0123\nB: yes\nC: 1e3\nD:\n"));
    const wanted = aDefinition({
      containerDefinitions: [{ secrets: ["A", "B", "C", "D"].map((name) => ({ name, valueFrom: name })) }],
    });
    const environment = new TaskEnvironmentStore();
    const task = aTask({ definition: wanted });
    await new SecretsAdapter([source], environment).create(task, RESOURCE, never);
    expect(environment.environmentOf(task.arn, "web").secrets).toEqual({ A: "0123", B: "yes", C: "1e3", D: "" });
  });
});

describe("secretResourcesOf()", () => {
  it("lists what the definition needs, without values and to be fetched again after a restart", () => {
    expect(secretResourcesOf(definition).map(({ id, gates, volatile }) => [id, gates, volatile])).toEqual([
      ["registryAuth", "MANIFEST_PULLED", true],
      ["secrets", "CREATED", true],
    ]);
    expect(secretResourcesOf(aDefinition())).toEqual([]);
  });
});
