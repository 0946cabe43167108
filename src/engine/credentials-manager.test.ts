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

  it("CR: moves an id that is set for another task, so that the end of the first takes nothing from the second", () => {
    const manager = new CredentialsManager();
    const other = asTaskArn(`${ARN}0`);
    manager.setCredentials("a", { taskArn: ARN, credentials: credentials() });
    manager.setCredentials("a", { taskArn: other, credentials: credentials() });
    manager.removeTaskCredentials(ARN);
    expect(manager.getCredentials("a")?.taskArn).toBe(other);
    manager.removeCredentials("a");
    manager.removeCredentials("a");
    expect(manager.credentialsIdOf(other, {}, "taskRoleArn")).toBeUndefined();
  });

  it("gives copies, and keeps its own", () => {
    const manager = new CredentialsManager();
    const given = { taskArn: ARN, credentials: { ...credentials() } };
    manager.setCredentials("a", given);
    Object.assign(given.credentials, { sessionToken: "changed" });
    Object.assign(manager.getCredentials("a")?.credentials ?? {}, { sessionToken: "changed" });
    expect(manager.getCredentials("a")?.credentials.sessionToken).toBe("token");
  });

  it("knows the execution role's by its ARN, and takes all others for the containers'", () => {
    const manager = new CredentialsManager();
    const [taskRoleArn, executionRoleArn] = ["arn:role/task", "arn:role/execution"];
    manager.setCredentials("e", { taskArn: ARN, credentials: credentials({ roleArn: executionRoleArn }) });
    expect(manager.credentialsIdOf(ARN, { taskRoleArn, executionRoleArn }, "taskRoleArn")).toBeUndefined();
    manager.setCredentials("t", { taskArn: ARN, credentials: credentials({ roleArn: taskRoleArn }) });
    const idOf = (
      roles: { taskRoleArn?: string; executionRoleArn?: string },
      role: "taskRoleArn" | "executionRoleArn",
    ) => manager.credentialsIdOf(ARN, roles, role);
    expect(idOf({ taskRoleArn, executionRoleArn }, "executionRoleArn")).toBe("e");
    expect(idOf({ taskRoleArn, executionRoleArn }, "taskRoleArn")).toBe("t");
    expect(idOf({ taskRoleArn }, "executionRoleArn")).toBeUndefined();
    const one = { taskRoleArn: executionRoleArn, executionRoleArn };
    expect([idOf(one, "executionRoleArn"), idOf(one, "taskRoleArn")]).toEqual(["e", "e"]);
  });
});

describe("credentialsUri()", () => {
  it("CR-2: is the path below the credentials endpoint", () => {
    expect(credentialsUri("abc")).toBe("/v2/credentials/abc");
  });
});
