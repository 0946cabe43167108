import { describe, expect, it } from "vitest";
import { asTaskArn } from "../core/brand.ts";
import { CredentialsManager, credentialsUri, type RoleCredentials } from "./credentials-manager.ts";

const ARN = asTaskArn("arn:aws:ecs:us-east-1:000000000000:task/default/0123456789abcdef0123456789abcdef");

function credentials(partial: Partial<RoleCredentials> = {}): RoleCredentials {
  return {
    roleArn: "arn:aws:iam::000000000000:role/a",
    accessKeyId: "id",
    secretAccessKey: "key",
    sessionToken: "token",
    expiration: "2026-01-01T00:00:00Z",
    ...partial,
  };
}

describe("CredentialsManager", () => {
  it("CR-1: refuses an empty id and an empty ARN", () => {
    const manager = new CredentialsManager();
    expect(() => manager.setCredentials("", { taskArn: ARN, credentials: credentials() })).toThrow("the id is empty");
    expect(() => manager.setCredentials("a", { taskArn: asTaskArn(""), credentials: credentials() })).toThrow("empty");
  });

  it("CR-1: an unknown id has none; what is set is found, replaced and removed", () => {
    const manager = new CredentialsManager();
    expect(manager.getCredentials("a")).toBeUndefined();
    manager.setCredentials("a", { taskArn: ARN, credentials: credentials() });
    expect(manager.getCredentials("a")).toEqual({ taskArn: ARN, credentials: credentials() });
    manager.setCredentials("a", { taskArn: ARN, credentials: credentials({ sessionToken: "newer" }) });
    expect(manager.getCredentials("a")?.credentials.sessionToken).toBe("newer");
    manager.removeCredentials("a");
    expect(manager.getCredentials("a")).toBeUndefined();
  });

  it("removes all of a task at once, and of no other", () => {
    const manager = new CredentialsManager();
    const other = asTaskArn(`${ARN}0`);
    for (const id of ["task", "execution"]) manager.setCredentials(id, { taskArn: ARN, credentials: credentials() });
    manager.setCredentials("other", { taskArn: other, credentials: credentials() });
    manager.removeTaskCredentials(ARN);
    manager.removeTaskCredentials(ARN);
    expect(["task", "execution", "other"].map((id) => manager.getCredentials(id)?.taskArn)).toEqual([
      undefined,
      undefined,
      other,
    ]);
  });
});

describe("credentialsUri()", () => {
  it("CR-2: is the path below the credentials endpoint", () => {
    expect(credentialsUri("abc")).toBe("/v2/credentials/abc");
  });
});
