import { describe, expect, it } from "vitest";
import { asEpochMs } from "../brand.ts";
import { ecrLogin, ecrRenewalAt, parseEcrHost } from "./ecr.ts";

const HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const IMAGE = `${HOST}/team/app:1`;
const encode = (text: string) => Buffer.from(text).toString("base64");
const authorizationToken = encode("AWS:hunter2:with:colons");

describe("parseEcrHost()", () => {
  const plain = { registryId: "123456789012", fips: false, dualStack: false };

  it.each([
    [HOST, { ...plain, region: "eu-west-1" }],
    ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", { ...plain, region: "cn-north-1" }],
    ["123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", { ...plain, region: "us-gov-west-1", fips: true }],
    ["123456789012.dkr-ecr.us-east-1.on.aws", { ...plain, region: "us-east-1", dualStack: true }],
    ["123456789012.dkr-ecr-fips.us-east-1.on.aws", { ...plain, region: "us-east-1", fips: true, dualStack: true }],
    ["123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", { ...plain, region: "eusc-de-east-1" }],
  ])("reads account and region out of %s", (host, registry) => {
    expect(parseEcrHost(host)).toEqual(registry);
  });

  it.each([
    "docker.io",
    "public.ecr.aws",
    "localhost:5000",
    "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
    "x123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    `${HOST}:443`,
    "123456789012.dkr.ecr..amazonaws.com",
  ])("takes %s for none of ECR's", (host) => {
    expect(parseEcrHost(host)).toBeUndefined();
  });
});

describe("ecrLogin()", () => {
  it("DC-5, DC-74: reads user, password and server out of a token", () => {
    const login = ecrLogin({ authorizationToken, proxyEndpoint: `https://${HOST}` }, IMAGE);
    expect(login).toEqual({
      username: "AWS",
      password: "hunter2:with:colons",
      serverAddress: `https://${HOST}`,
    });
  });

  it("takes the token of a registry for all its hosts, and of a stand-in for its own", () => {
    const fips = IMAGE.replace(".ecr.", ".ecr-fips.");
    expect(ecrLogin({ authorizationToken, proxyEndpoint: `https://${HOST}` }, fips).username).toBe("AWS");
    const standIn = { authorizationToken, proxyEndpoint: "http://127.0.0.1:5000/" };
    expect(ecrLogin(standIn, "127.0.0.1:5000/app").username).toBe("AWS");
  });

  it.each([
    ["another registry", { authorizationToken, proxyEndpoint: "https://210987654321.dkr.ecr.eu-west-1.amazonaws.com" }],
    ["another region", { authorizationToken, proxyEndpoint: "https://123456789012.dkr.ecr.us-west-2.amazonaws.com" }],
    ["the beginning of our host", { authorizationToken, proxyEndpoint: `https://${HOST.slice(0, -4)}` }],
    ["no registry", { authorizationToken }],
    ["nobody", { proxyEndpoint: `https://${HOST}` }],
    ["no text", { authorizationToken: "hunter2!", proxyEndpoint: `https://${HOST}` }],
    ["half a byte", { authorizationToken: "aHVudGVyM", proxyEndpoint: `https://${HOST}` }],
    ["no user", { authorizationToken: encode(":hunter2"), proxyEndpoint: `https://${HOST}` }],
    ["no password", { authorizationToken: encode("hunter2"), proxyEndpoint: `https://${HOST}` }],
  ])("DC-74, W-33: refuses a token for %s, and quotes nothing of it", (_, authorization) => {
    const login = () => ecrLogin(authorization, IMAGE);
    expect(login).toThrow(expect.objectContaining({ name: "CannotPullECRContainerError", retryable: false }));
    expect(login).not.toThrow(/hunter2/);
  });
});

describe("ecrRenewalAt()", () => {
  const MINUTE_MS = 60_000;
  const now = 1_000_000_000;
  const isUsable = (leftMs: number, chance: number) => now < ecrRenewalAt(asEpochMs(now + leftMs), chance);

  it.each([-MINUTE_MS, 0, MINUTE_MS, 30 * MINUTE_MS])("DC-75: a token that has %s ms left is not used", (leftMs) => {
    expect([isUsable(leftMs, 0), isUsable(leftMs, 0.999)]).toEqual([false, false]);
  });

  it("DC-75: one that has more than an hour left is used, and in between chance decides", () => {
    expect([isUsable(60 * MINUTE_MS + 1_000, 0), isUsable(60 * MINUTE_MS + 1_000, 0.999)]).toEqual([true, true]);
    expect([isUsable(45 * MINUTE_MS, 0), isUsable(45 * MINUTE_MS, 0.999)]).toEqual([true, false]);
  });
});
