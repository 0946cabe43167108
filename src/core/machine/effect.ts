/** What the machine asks the world to do: plain data, carried out after the state that asked for it is saved. */
import type { DockerId, DockerName } from "../brand.ts";

type ContainerEffect<Type extends string, Extra = unknown> = {
  readonly type: Type;
  readonly containerName: string;
  /** Comes back with the answer, so that late answers are recognised. */
  readonly actionId: number;
} & Extra;

export type Effect =
  | ContainerEffect<"resolveManifest">
  | ContainerEffect<"pull">
  | ContainerEffect<"create">
  | ContainerEffect<"start", { readonly dockerId: DockerId }>
  | ContainerEffect<"restart", { readonly dockerId: DockerId }>
  | ContainerEffect<"provision", { readonly dockerId: DockerId }>
  /** Without an id it is looked for under its name: a crash left its create without an answer. */
  | ContainerEffect<"stop", { readonly dockerId: DockerId | undefined; readonly stopTimeoutMs: number }>
  | ContainerEffect<"kill", { readonly dockerId: DockerId | undefined }>
  | ContainerEffect<"remove", { readonly target: DockerName }>
  /**
   * Look at a container and report what is seen as `containerObserved`; no answer of its own. `canWait`: nobody needs
   * what it tells soon.
   */
  | { readonly type: "observe"; readonly containerName: string; readonly canWait: boolean }
  /** Nobody waits for this container's pull any more. */
  | { readonly type: "abandonPull"; readonly containerName: string }
  | { readonly type: "createResource"; readonly resourceId: string; readonly actionId: number }
  | { readonly type: "removeResource"; readonly resourceId: string; readonly actionId: number }
  | { readonly type: "requestHostResources" }
  | { readonly type: "releaseHostResources" }
  /** Everything of the task is confirmed gone: delete its row and end its actor. */
  | { readonly type: "forgetTask" };
