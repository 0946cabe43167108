/** Nominal types over primitives, so that one kind of id cannot be passed for another. They cost nothing at run time. */
declare const brand: unique symbol;
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Full ARN of a task: `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID`. */
export type TaskArn = Brand<string, "TaskArn">;
/** A container's name inside its task definition (or an internal `~internal~…` name). */
export type ContainerName = Brand<string, "ContainerName">;
/** Docker's full 64-digit container id. */
export type DockerId = Brand<string, "DockerId">;
/** The name under which a container is known to Docker; chosen and saved before `create`. */
export type DockerName = Brand<string, "DockerName">;
/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, "EpochMs">;
/** A length of time in milliseconds is a plain number whose name ends in `Ms`. */

/** A text as the ARN of a task. Not checked. */
export const asTaskArn = (value: string): TaskArn => value as TaskArn;
/** A text as the name of a container in its definition. Not checked. */
export const asContainerName = (value: string): ContainerName => value as ContainerName;
/** A text as Docker's id of a container, 64 hexadecimal digits. Not checked. */
export const asDockerId = (value: string): DockerId => value as DockerId;
/** A text as a container's name in Docker. Not checked. */
export const asDockerName = (value: string): DockerName => value as DockerName;
/** A number as milliseconds since 1970. Not checked. */
export const asEpochMs = (value: number): EpochMs => value as EpochMs;
