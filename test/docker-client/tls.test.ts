/** A daemon on TCP behind TLS. The key in `tls/` is for this test only: it signs itself and opens nothing. */
import { readFileSync } from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDockerClient, resolveEndpoint } from "../../src/docker/index.ts";

const FOLDER = fileURLToPath(new URL("./tls", import.meta.url));
const pem = (name: string) => readFileSync(`${FOLDER}/${name}.pem`, "utf8");

let server: https.Server;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  const options = { key: pem("key"), cert: pem("cert"), ca: pem("ca"), requestCert: true, rejectUnauthorized: true };
  server = https.createServer(options, (_request, response) => response.end("OK"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  env = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_CERT_PATH: FOLDER };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("a daemon behind TLS", () => {
  it.each([{ DOCKER_TLS_VERIFY: "1" }, {}])("answers who shows a certificate (%j)", async (verify) => {
    const client = createDockerClient(resolveEndpoint({ ...env, ...verify }, "/nowhere"));
    await expect(client.ping()).resolves.toBeUndefined();
    client.close();
  });

  it("is not spoken to when its certificate is not the one that was expected", async () => {
    const tls = { cert: pem("cert"), key: pem("key"), verify: true };
    const client = createDockerClient({ endpoint: env.DOCKER_HOST ?? "", tls });
    await expect(client.ping()).rejects.toMatchObject({
      name: "CannotGetDockerclientError",
      message: expect.stringContaining("self-signed certificate"),
      indeterminate: false,
    });
    client.close();
  });

  it("does not answer who shows none", async () => {
    const client = createDockerClient({ endpoint: env.DOCKER_HOST ?? "", tls: { ca: pem("ca"), verify: true } });
    await expect(client.ping()).rejects.toMatchObject({ name: "CannotGetDockerclientError", retryable: true });
    client.close();
  });
});
