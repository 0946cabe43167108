/** Settings that the decisions depend on. Source: engine-modern 32. */
import type { PullBehaviour } from "../images/pull-policy.ts";

export type MachineConfig = {
  readonly pullBehaviour: PullBehaviour;
  /** Pull images of dependants before their conditions hold. Source: ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT. */
  readonly pullDependentsUpfront: boolean;
  /** Between STOPPED and the removal of containers. Source: ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION. */
  readonly cleanupWaitMs: number;
  /**
   * Added to the wait of a task that becomes STOPPED in this step. The engine, which is told the longest, draws one for each
   * step, uniform in [0, longest]. Source: ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER.
   */
  readonly cleanupJitterMs: number;
};

export const DEFAULT_MACHINE_CONFIG: MachineConfig = {
  pullBehaviour: "default",
  pullDependentsUpfront: false,
  cleanupWaitMs: 3 * 60 * 60 * 1000,
  cleanupJitterMs: 0,
};
