/** ECR's API on this machine, as far as logins need it: the AWS JSON 1.1 protocol over HTTP. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../src/ports/clock.ts";

export type Call = {
  readonly target: string;
  readonly contentType: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly registryIds: readonly string[];
};
type Answer = { readonly status: number; readonly body: unknown };

const HOUR_MS = 3_600_000;
export const hostOf = (account: string, region = "eu-west-1") => `${account}.dkr.ecr.${region}.amazonaws.com`;

export class LocalEcr {
  readonly calls: Call[] = [];
  readonly #clock: Pick<Clock, "now">;
  answer: (call: Call) => Answer = (call) => this.token(call);
  /** Answers wait for it. */
  held: Promise<void> = Promise.resolve();
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { authorization, "x-amz-target": target, "content-type": contentType } = request.headers;
      const [, accessKeyId = "", region = ""] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(String(authorization)) ?? [];
      const { registryIds = [] } = JSON.parse(Buffer.concat(chunks).toString());
      const call = { target: String(target), contentType: String(contentType), region, accessKeyId, registryIds };
      this.calls.push(call);
      await this.held;
      const { status, body } = this.answer(call);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    });
  });

  /** @param clock from whose time tokens last 12 hours */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** The usual answer: a token for the first registry, other members over it. */
  token({ registryIds, region }: Call, members = {}): Answer {
    const [account = ""] = registryIds;
    const data = {
      authorizationToken: Buffer.from(`AWS:hunter2-${this.calls.length}`).toString("base64"),
      expiresAt: (this.#clock.now() + 12 * HOUR_MS) / 1_000,
      proxyEndpoint: `https://${hostOf(account, region)}`,
      ...members,
    };
    return { status: 200, body: { authorizationData: [data] } };
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Of those who ask here. */
  get options() {
    const { port } = this.#server.address() as AddressInfo;
    const credentials = { accessKeyId: "AKIDENGINE", secretAccessKey: "secret" };
    return { region: "eu-west-1", env: { AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${port}` }, credentials };
  }
}
