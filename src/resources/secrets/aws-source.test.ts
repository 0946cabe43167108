import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AwsAnswer, type AwsCall, LocalJsonService } from "../../../test/aws/local-json-service.ts";
import { secretRequestsOf } from "../../core/secrets/requests.ts";
import { aDefinition } from "../../testing/builders.ts";
import { awsSource } from "./index.ts";

/** As far as the two services are needed. */
function answerAll({ target, body }: AwsCall): AwsAnswer {
  if (target === "secretsmanager.GetSecretValue")
    return { status: 200, body: { SecretString: '{"user":"u","password":"p"}' } };
  const names = (Array.isArray(body.Names) ? body.Names : []).map(String);
  const known = names.filter((name) => !name.startsWith("/absent"));
  const parameters = known.map((name) => ({ Name: name, Value: `value of ${name}`, Type: "SecureString" }));
  return {
    status: 200,
    body: { Parameters: parameters, InvalidParameters: names.filter((name) => !known.includes(name)) },
  };
}

const ARN = "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/db-AbC12f";
let aws: LocalJsonService;

beforeEach(async () => {
  aws = new LocalJsonService(answerAll);
  await aws.listen();
});
afterEach(() => aws.close());

async function resolve(...values: readonly string[]) {
  const secrets = values.map((valueFrom, index) => ({ name: `S${index}`, valueFrom }));
  const requests = secretRequestsOf(aDefinition({ containerDefinitions: [{ secrets }] }));
  const answers = await awsSource(aws.options).resolve(requests, new AbortController().signal);
  return requests.map(({ path }) => answers.get(path));
}

describe("awsSource()", () => {
  it("SEC-4: asks for 12 parameters with two calls, decrypted", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `/p/${index}`);
    const answers = await resolve(...names);
    expect(answers).toEqual(names.map((name) => ({ value: `value of ${name}` })));
    expect(aws.calls.map(({ target, body }) => [target, body.WithDecryption])).toEqual([
      ["AmazonSSM.GetParameters", true],
      ["AmazonSSM.GetParameters", true],
    ]);
  });

  it("asks each region by itself, and for each name once", async () => {
    await resolve("/a", "/a", "arn:aws:ssm:us-west-2:1:parameter/a/b", "arn:aws:ssm:us-west-2:1:parameter/flat");
    const calls = aws.calls.map(({ region, body }) => [region, body.Names]).sort();
    expect(calls).toEqual([
      ["eu-west-1", ["/a"]],
      ["us-west-2", ["/a/b", "flat"]],
    ]);
  });

  it("SEC-2: names the parameters that are missing", async () => {
    const [first, second] = await resolve("/absent/1", "/present");
    expect(first).toEqual({
      problem: "fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /absent/1",
    });
    expect(second).toEqual({ value: "value of /present" });
  });

  it("SEC-3: asks for a secret once, whatever keys are picked out of it", async () => {
    const answers = await resolve(`${ARN}:user::`, `${ARN}:password::`, ARN, `${ARN}:absent::`);
    expect(answers).toEqual([
      { value: "u" },
      { value: "p" },
      { value: '{"user":"u","password":"p"}' },
      { problem: `retrieved secret from Secrets Manager did not contain json key absent: ${ARN}` },
    ]);
    expect(aws.calls.map(({ region, body }) => [region, body])).toEqual([["us-west-2", { SecretId: ARN }]]);
  });

  it("asks for each version by itself", async () => {
    await resolve(`${ARN}::AWSPREVIOUS:`, `${ARN}:::v-1`);
    expect(aws.calls.map(({ body }) => body)).toEqual(
      expect.arrayContaining([
        { SecretId: ARN, VersionStage: "AWSPREVIOUS" },
        { SecretId: ARN, VersionId: "v-1" },
      ]),
    );
  });

  it("explains a secret that does not exist, and passes on other failures", async () => {
    aws.answer = ({ target }) => {
      const type = target === "secretsmanager.GetSecretValue" ? "ResourceNotFoundException" : "AccessDeniedException";
      return { status: 400, body: { __type: type, message: "no" } };
    };
    const [secret, parameter] = await resolve(ARN, "/a");
    expect(secret).toEqual({
      problem: `fetching secret data from AWS Secrets Manager in region us-west-2: The task can't retrieve the secret with ARN '${ARN}'. Check whether the secret exists in that region. ResourceNotFoundException: no`,
    });
    expect(parameter).toEqual({
      problem: "fetching secret data from SSM Parameter Store in eu-west-1: AccessDeniedException: no",
    });
  });

  it("says when no region is known", async () => {
    const requests = secretRequestsOf(
      aDefinition({ containerDefinitions: [{ secrets: [{ name: "A", valueFrom: "/a" }] }] }),
    );
    const answers = await awsSource({ env: {} }).resolve(requests, new AbortController().signal);
    expect([...answers.values()]).toEqual([
      { problem: "fetching secret data from SSM Parameter Store: no region is configured" },
    ]);
  });

  it("rejects with the reason of the signal", async () => {
    const reason = new Error("task is stopped");
    const requests = secretRequestsOf(
      aDefinition({ containerDefinitions: [{ secrets: [{ name: "A", valueFrom: "/a" }] }] }),
    );
    await expect(awsSource(aws.options).resolve(requests, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
