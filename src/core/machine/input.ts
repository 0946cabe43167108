/** Everything that can happen to a task. Facts and answers; the machine decides what they mean. */
import type { DockerId, EpochMs } from "../brand.ts";
import type { NamedError } from "../errors.ts";
import type { GpuAssignment } from "../gpus.ts";
import type { HostPortLease, NetworkBinding, StopCode } from "../task.ts";

/** How a container was seen in Docker. "absent" is a confirmed 404, never a failure to look. */
export type Observation =
  | {
      readonly kind: "absent";
      /** Which one is gone, when it was looked for by its id: by now the container may have been made anew. */
      readonly dockerId?: DockerId | undefined;
      /** From the `die` event, when the container was removed before anybody could look. Source: STOP-9. */
      readonly exitCode?: number | undefined;
    }
  | {
      readonly kind: "present";
      readonly dockerId: DockerId;
      readonly status: "created" | "running" | "stopped";
      readonly exitCode?: number | undefined;
      readonly createdAt?: EpochMs | undefined;
      readonly startedAt?: EpochMs | undefined;
      readonly finishedAt?: EpochMs | undefined;
      /** Docker has started it again by a policy that is not ours: the run that we started has ended. */
      readonly isDockersRun?: boolean;
      readonly oomKilled: boolean;
      readonly stateError?: string | undefined;
      readonly health?: ObservedHealth | undefined;
      readonly imageId?: string | undefined;
      /** What its create said that it is made of. */
      readonly imageDigest?: string | undefined;
      readonly ipAddress?: string | undefined;
      readonly networkBindings?: readonly NetworkBinding[] | undefined;
    }
  | { readonly kind: "health"; readonly health: ObservedHealth };

export type ObservedHealth = {
  readonly status: "starting" | "healthy" | "unhealthy";
  readonly output?: string | undefined;
  readonly exitCode?: number | undefined;
};

/** A failed Docker call, as plain data. */
export type Failure = {
  readonly error: NamedError;
  /** The call may have taken effect all the same. */
  readonly indeterminate: boolean;
  readonly status?: number | undefined;
  /** Of a start that failed: what inspect says. Source: W-29. */
  readonly exitCode?: number | undefined;
  /** Of a start for which the container was made anew: what exists now. */
  readonly dockerId?: DockerId | undefined;
  readonly hostPorts?: readonly HostPortLease[] | undefined;
  /** Of a pull: when it began, if it did. */
  readonly pullStartedAt?: EpochMs | undefined;
};

/** The answer to an action; which members are set depends on the action. */
export type ActionResult =
  | { readonly ok: false; readonly failure: Failure }
  | {
      readonly ok: true;
      /** resolveManifest: the digest, and whether a registry was asked for it. */
      readonly imageDigest?: string | undefined;
      readonly digestFromRegistry?: boolean | undefined;
      /** pull */
      readonly imageId?: string | undefined;
      /** resolveManifest, pull: it failed, and a cached image is used. */
      readonly warning?: NamedError | undefined;
      readonly pullStartedAt?: EpochMs | undefined;
      /** create; start, when the container had to be made anew for other host ports */
      readonly dockerId?: DockerId | undefined;
      readonly hostPorts?: readonly HostPortLease[] | undefined;
      /** start: what the leases are bound to by now */
      readonly networkBindings?: readonly NetworkBinding[] | undefined;
      /** create, provision, stop, kill: how the container looks after it. */
      readonly observation?: Observation | undefined;
    };

export type ContainerObservation = { readonly containerName: string; readonly observation: Observation };

export type Input =
  /** The actor begins, anew or after a restart of the engine; all that was seen before anything is decided. */
  | { readonly type: "resumed"; readonly observations: readonly ContainerObservation[] }
  | {
      readonly type: "stopRequested";
      readonly reason?: string | undefined;
      readonly stopCode?: StopCode | undefined;
      readonly force?: boolean | undefined;
    }
  | {
      readonly type: "hostResourcesGranted";
      /** GPUs of each container that asked for some, by its name. */
      readonly gpus?: GpuAssignment | undefined;
    }
  /** The task can never run here: a dependency cycle, more CPU than the host has, a port that is reserved. */
  | { readonly type: "admissionRefused"; readonly error: NamedError }
  | { readonly type: "containerObserved"; readonly containerName: string; readonly observation: Observation }
  | {
      readonly type: "actionFinished";
      readonly containerName: string;
      readonly actionId: number;
      readonly result: ActionResult;
    }
  | {
      readonly type: "resourceFinished";
      readonly resourceId: string;
      readonly actionId: number;
      readonly error?: NamedError | undefined;
    }
  | { readonly type: "acknowledged"; readonly upTo: number }
  /** Remove the stopped task now: neither the clean-up wait nor acknowledgements are waited for. */
  | { readonly type: "removalRequested" }
  | { readonly type: "timerFired" };
