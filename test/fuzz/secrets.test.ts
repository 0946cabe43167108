/** Logins and secrets: engine-wide data, Docker's configuration, secrets files, `valueFrom`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidInputError } from "../../src/core/errors.ts";
import { findLogin, parseEngineAuth } from "../../src/core/images/engine-auth.ts";
import { parseDotenv } from "../../src/core/secrets/dotenv.ts";
import { parseRepositoryLogin } from "../../src/core/secrets/registry-credentials.ts";
import type { SecretRequest } from "../../src/core/secrets/requests.ts";
import { selectSecret } from "../../src/core/secrets/select.ts";
import { parseValueFrom } from "../../src/core/secrets/value-from.ts";
import { createRegistryAuth } from "../../src/docker/registry-auth/index.ts";
import { readSecretsFile } from "../../src/resources/secrets/index.ts";
import { damaged, hostileJson, nestedJson } from "./hostile.ts";
import { INVALID_INPUT, NONE, onlyNamed, onlyNamedAsync } from "./only-named.ts";
import { settings } from "./runs.ts";
import { fuzzBytes, fuzzBytesAsync, jsonSeeds, textSeeds } from "./seeds.ts";

const LONG = "x".repeat(50 * 1024 * 1024);
const NEVER = new AbortController().signal;
const AUTH = Buffer.from("user:password").toString("base64");

const LOGINS = [
  { "https://registry.example/v1/": { auth: AUTH, email: "a@example.org" } },
  { "registry.example": { username: "user", password: "secret", identitytoken: "" } },
];
const CONFIGS = [
  { auths: { "registry.example": { auth: AUTH }, "https://index.docker.io/v1/": { identitytoken: "a" } } },
  { auths: { "registry.example": {} }, currentContext: "default", HttpHeaders: { a: "b" } },
];
const VALUES_FROM = [
  "arn:aws:secretsmanager:us-east-1:000000000000:secret:prod/db-AbCdEf:password:AWSCURRENT:",
  "arn:aws:ssm:us-east-1:000000000000:parameter/prod/db",
  "/prod/db/password",
];
const SECRETS = [
  "export A=\"b\\n\" # c\nD = 'e'\n# f\narn:aws:ssm:us-east-1:000000000000:parameter/a=g\n",
  '{"a":{"password":"b"},"c":"{\\"password\\":1}","__proto__x":null}',
  "a: 0123\nb:\n  password: |\n    x\nc: [1, 2]\nd: &x {e: f}\ng: *x\n",
];
const REQUESTS: readonly SecretRequest[] = ["a", "constructor", "__proto__", "toString"].flatMap((name) =>
  VALUES_FROM.map((valueFrom) => aRequest(name, valueFrom)),
);

function aRequest(name: string, valueFrom: string): SecretRequest {
  const location = parseValueFrom(valueFrom);
  return { target: "environment", path: `secrets.${name}`, containerName: "web", name, valueFrom, location };
}

let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fuzz-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(content: Buffer | string, extension: string): Promise<string> {
  count += 1;
  const file = join(folder, `f${count % 4}${extension}`);
  await writeFile(file, content);
  return file;
}

async function assertConfig(content: Buffer | string): Promise<void> {
  const find = createRegistryAuth({ dockerConfigFile: await fileOf(content, ".json") });
  for (const image of ["registry.example/a", "constructor/a", "busybox", "__proto__:1/a"]) {
    const login = await onlyNamedAsync(NONE, () => find(image));
    for (const value of Object.values(login ?? {})) expect(typeof value).toBe("string");
  }
}

async function assertSecrets(content: Buffer | string, extension: string): Promise<void> {
  const source = await onlyNamedAsync(INVALID_INPUT, async () => readSecretsFile(await fileOf(content, extension)));
  const answers = await onlyNamedAsync(NONE, async () => source?.resolve(REQUESTS, NEVER));
  for (const answer of answers?.values() ?? []) expect(typeof Object.values(answer)[0]).toBe("string");
}

describe("registry logins", () => {
  it("engine-wide data: bytes and members of valid ones, damaged", () => {
    function assertAuth(data: string): void {
      for (const type of ["docker", "dockercfg", "constructor"]) {
        const { logins, warnings } = parseEngineAuth(type, data);
        onlyNamed(NONE, () => findLogin(logins, "registry.example/team/app:1"));
        for (const warning of warnings) expect(warning).not.toContain("password");
      }
    }
    fuzzBytes("auth", jsonSeeds(LOGINS.slice(0, 1)), 800, ({ bytes }) => {
      onlyNamed(NONE, () => assertAuth(bytes.toString("utf8")));
    });
    const property = fc.property(damaged(LOGINS.slice(0, 1)), (value) => assertAuth(JSON.stringify(value)));
    fc.assert(property, settings(500));
    assertAuth(nestedJson(10_000, "object"));
    assertAuth(JSON.stringify({ a: { auth: LONG } }));
  });

  it("Docker's configuration: bytes and members of valid ones, damaged", async () => {
    await fuzzBytesAsync("config", jsonSeeds(CONFIGS), 150, ({ bytes }) => assertConfig(bytes));
    const property = fc.asyncProperty(damaged(CONFIGS), (value) => assertConfig(JSON.stringify(value)));
    await fc.assert(property, settings(150));
    await assertConfig(nestedJson(10_000, "object"));
    await assertConfig(JSON.stringify({ auths: { "registry.example": { auth: LONG } } }));
  });

  it("a login of Secrets Manager", () => {
    const login = [{ username: "a", password: "b" }];
    fuzzBytes("login", jsonSeeds(login), 500, ({ bytes }) => {
      onlyNamed(NONE, () => parseRepositoryLogin(bytes.toString("utf8")));
    });
    onlyNamed(NONE, () => parseRepositoryLogin(nestedJson(10_000, "list")));
    expect(parseRepositoryLogin(JSON.stringify({ username: "a", password: LONG }))).toBeUndefined();
  });
});

describe("secrets", () => {
  it("valueFrom: bytes of valid ones, damaged, and any text", () => {
    fuzzBytes("valueFrom", textSeeds(VALUES_FROM), 2_000, ({ bytes }) => {
      onlyNamed(INVALID_INPUT, () => parseValueFrom(bytes.toString("utf8")));
    });
    const property = fc.property(fc.string({ unit: "binary" }), (text) => {
      onlyNamed(INVALID_INPUT, () => parseValueFrom(text));
    });
    fc.assert(property, settings(500));
    expect(() => parseValueFrom(`arn:${":".repeat(1_000_000)}`)).toThrow(InvalidInputError);
    expect(parseValueFrom(LONG)).toMatchObject({ service: "ssm" });
  });

  it("files: bytes of valid ones, damaged", async () => {
    for (const [index, extension] of [".env", ".json", ".yaml"].entries()) {
      const seeds = textSeeds(SECRETS.slice(index, index + 1));
      await fuzzBytesAsync(`secrets ${extension}`, seeds, 200, ({ bytes }) => assertSecrets(bytes, extension));
    }
  });

  it("files: nested 10,000 levels, full of aliases, of many keys", async () => {
    const bomb = Array.from({ length: 30 }, (_, n) => `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`).join("\n");
    const texts = [
      nestedJson(10_000, "object", '"x"'),
      `{"a":${nestedJson(10_000, "list")}}`,
      "- ".repeat(10_000),
      `a: ${"? ".repeat(10_000)}`,
      bomb.replace("[*a-1, *a-1]", "x"),
      "a: &a\n  b: *a",
      "? {a: b}\n: c",
    ];
    for (const text of texts) {
      for (const extension of [".yaml", ".json", ".env"]) await assertSecrets(text, extension);
    }
  });

  it("files: 50 MB are refused", async () => {
    await expect(readSecretsFile(await fileOf(LONG, ".env"))).rejects.toThrow(InvalidInputError);
  });

  it("tables of any content", () => {
    const table = fc.dictionary(
      fc.constantFrom("a", "/prod/db/password", "prod/db", "prod/db-AbCdEf", "constructor", "__proto__"),
      hostileJson,
    );
    const property = fc.property(table, fc.constantFrom(...REQUESTS), (values, request) => {
      onlyNamed(NONE, () => selectSecret(values, request));
    });
    fc.assert(property, settings(800));
  });

  it("dotenv: 100,000 characters of anything that could be matched twice", () => {
    for (const piece of [" ", "\t=", "a ", '"', "\\", "' #", "=", "export ", '"\\"']) {
      const text = piece.repeat(100_000 / piece.length);
      onlyNamed([InvalidInputError], () => parseDotenv(text, "x.env"));
      onlyNamed([InvalidInputError], () => parseDotenv(`a="${text}`, "x.env"));
      onlyNamed([InvalidInputError], () => parseDotenv(`a='${text}`, "x.env"));
      onlyNamed([InvalidInputError], () => parseDotenv(`a${text}b`, "x.env"));
    }
  });
});
