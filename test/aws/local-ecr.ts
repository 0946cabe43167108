/** ECR's API on this machine, as far as logins need it. */
import type { Clock } from "../../src/ports/clock.ts";
import { type AwsAnswer, type AwsCall, LocalJsonService } from "./local-json-service.ts";

const HOUR_MS = 3_600_000;
export const hostOf = (account: string, region = "eu-west-1") => `${account}.dkr.ecr.${region}.amazonaws.com`;

export class LocalEcr extends LocalJsonService {
  readonly #clock: Pick<Clock, "now">;

  /** @param clock from whose time tokens last 12 hours */
  constructor(clock: Pick<Clock, "now">) {
    super((call) => this.token(call), "AWS_ENDPOINT_URL_ECR");
    this.#clock = clock;
  }

  /** The usual answer: a token for the first registry, other members over it. */
  token({ body, region }: AwsCall, members = {}): AwsAnswer {
    const [account = ""] = Array.isArray(body.registryIds) ? body.registryIds : [];
    const data = {
      authorizationToken: Buffer.from(`AWS:hunter2-${this.calls.length}`).toString("base64"),
      expiresAt: (this.#clock.now() + 12 * HOUR_MS) / 1_000,
      proxyEndpoint: `https://${hostOf(account, region)}`,
      ...members,
    };
    return { status: 200, body: { authorizationData: [data] } };
  }
}
