import { describe, expect, it } from "vitest";
import type { SecretRequest } from "./requests.ts";
import { selectMember, selectSecret } from "./select.ts";
import { parseValueFrom } from "./value-from.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbC12f";

function request(valueFrom: string, name = "DB_PASSWORD"): SecretRequest {
  const location = parseValueFrom(valueFrom);
  return {
    path: "containerDefinitions[0].secrets[0]",
    containerName: "web",
    target: "environment",
    name,
    valueFrom,
    location,
  };
}

describe("selectSecret()", () => {
  it.each([
    ["the whole valueFrom", `${ARN}:password::`, { [`${ARN}:password::`]: "x" }],
    ["ARN", `${ARN}:password::`, { [ARN]: { password: "x" } }],
    ["ARN without suffix", `${ARN}:password::`, { [ARN.slice(0, -7)]: '{"password":"x"}' }],
    ["name", `${ARN}:password::`, { "prod/db-AbC12f": { password: "x" } }],
    ["name without suffix", `${ARN}:password::`, { "prod/db": { password: "x" } }],
    ["name with suffix for an ARN without", `${ARN.slice(0, -7)}:password::`, { "prod/db-AbC12f": { password: "x" } }],
    ["variable", `${ARN}:password::`, { DB_PASSWORD: "x" }],
    ["variable with a document", `${ARN}:password::`, { DB_PASSWORD: { password: "x" } }],
    ["parameter path", "/prod/db/password", { "/prod/db/password": "x" }],
    ["parameter path without slash", "/prod/db/password", { "prod/db/password": "x" }],
    ["parameter ARN", "arn:aws:ssm:r:1:parameter/prod/db", { "arn:aws:ssm:r:1:parameter/prod/db": "x" }],
    ["parameter of an ARN", "arn:aws:ssm:r:1:parameter/prod/db", { "/prod/db": "x" }],
    ["parameter name with slash", "flat", { "/flat": "x" }],
  ])("finds a value by %s", (_, valueFrom, table) => {
    expect(selectSecret(table, request(valueFrom))).toEqual({ value: "x" });
  });

  it("prefers the most exact key", () => {
    const table = { DB_PASSWORD: "variable", "prod/db": "bare", [ARN]: "arn" };
    expect(selectSecret(table, request(ARN))).toEqual({ value: "arn" });
  });

  it("knows nothing about other names, nor about what every object has", () => {
    expect(selectSecret({ other: "x" }, request(ARN))).toBeUndefined();
    expect(selectSecret({}, request("constructor", "toString"))).toBeUndefined();
  });

  it("does not take a secret for another whose name has a word more", () => {
    expect(selectSecret({ "db-reader": "x" }, request("arn:aws:secretsmanager:r:1:secret:db"))).toBeUndefined();
    expect(selectSecret({ db: "x" }, request("arn:aws:secretsmanager:r:1:secret:db-reader"))).toBeUndefined();
  });

  it("SEC-3: says which JSON key is missing, without a value", () => {
    const answer = selectSecret({ "prod/db": { user: "hunter2" } }, request(`${ARN}:password::`));
    expect(answer).toEqual({ problem: "retrieved secret from Secrets Manager did not contain json key password" });
  });
});

describe("selectMember()", () => {
  it("SEC-3: gives the member, not the document", () => {
    expect(selectMember('{"a":"x","n":5,"o":{"p":1}}', "a")).toEqual({ value: "x" });
    expect(selectMember('{"a":"x","n":5,"o":{"p":1}}', "n")).toEqual({ value: "5" });
    expect(selectMember('{"a":"x","n":5,"o":{"p":1}}', "o")).toEqual({ value: '{"p":1}' });
  });

  it("gives the whole document without a key", () => {
    expect(selectMember({ a: 1 }, undefined)).toEqual({ value: '{"a":1}' });
    expect(selectMember("plain", undefined)).toEqual({ value: "plain" });
  });
});
