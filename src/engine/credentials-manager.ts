/**
 * Credentials of task and execution roles, in memory only: they are never saved, and go when their task stops.
 * Source: engine-behaviour 10.4, EN-15.
 */
import type { TaskArn } from "../core/brand.ts";
import { InvalidInputError } from "../core/errors.ts";

export type RoleCredentials = {
  readonly roleArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ISO 8601. */
  readonly expiration: string;
};

export type OwnedCredentials = { readonly taskArn: TaskArn; readonly credentials: RoleCredentials };

/** What the engine needs of it. */
export type TaskCredentials = {
  /** The task is STOPPED. Safe to repeat. */
  removeTaskCredentials(taskArn: TaskArn): void;
  /** The id under which the credentials of a role of the task are kept; none when there are none. */
  credentialsIdOf(taskArn: TaskArn, roles: TaskRoles, role: keyof TaskRoles): string | undefined;
};

/** ARNs of the roles that a definition names. */
export type TaskRoles = {
  readonly taskRoleArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
};

/** Credentials of task roles and execution roles, by their id; those of a task are forgotten when it is STOPPED. */
export class CredentialsManager implements TaskCredentials {
  readonly #byId = new Map<string, OwnedCredentials>();
  readonly #idsOf = new Map<TaskArn, Set<string>>();

  /** Adds, or replaces what the id stands for. @throws {InvalidInputError} when the id or the ARN is empty */
  setCredentials(id: string, { taskArn, credentials }: OwnedCredentials): void {
    if (id === "") throw new InvalidInputError("id", "Cannot keep credentials: the id is empty");
    if (taskArn === "") throw new InvalidInputError("taskArn", "Cannot keep credentials: the task ARN is empty");
    this.removeCredentials(id);
    this.#byId.set(id, { taskArn, credentials: { ...credentials } });
    this.#idsOf.set(taskArn, (this.#idsOf.get(taskArn) ?? new Set()).add(id));
  }

  /** A copy. */
  getCredentials(id: string): OwnedCredentials | undefined {
    const found = this.#byId.get(id);
    return found === undefined ? undefined : { ...found, credentials: { ...found.credentials } };
  }

  /** Those of the execution role are known by its ARN; all others of a task are its containers'. */
  credentialsIdOf(
    taskArn: TaskArn,
    { taskRoleArn, executionRoleArn }: TaskRoles,
    role: keyof TaskRoles,
  ): string | undefined {
    return [...(this.#idsOf.get(taskArn) ?? [])].find((id) => {
      const roleArn = this.#byId.get(id)?.credentials.roleArn;
      if (role === "executionRoleArn") return roleArn !== undefined && roleArn === executionRoleArn;
      return roleArn !== executionRoleArn || roleArn === taskRoleArn;
    });
  }

  removeCredentials(id: string): void {
    const taskArn = this.#byId.get(id)?.taskArn;
    this.#byId.delete(id);
    if (taskArn === undefined) return;
    const ids = this.#idsOf.get(taskArn);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsOf.delete(taskArn);
  }

  removeTaskCredentials(taskArn: TaskArn): void {
    const ids = this.#idsOf.get(taskArn);
    if (ids !== undefined) for (const id of [...ids]) this.removeCredentials(id);
  }
}

/** Path, below the credentials endpoint, under which a container finds its credentials. */
export function credentialsUri(id: string): string {
  return `/v2/credentials/${id}`;
}
