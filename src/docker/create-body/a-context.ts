/** A context for tests, here because `testing/` does not know this adapter. */
import type { CreateContext } from "./context.ts";

/** Nothing of AWS is there, and nothing was fetched. */
export function aContext(partial: Partial<CreateContext> = {}): CreateContext {
  return {
    engineId: "engine-1",
    region: "us-east-1",
    launchEnv: "AWS_ECS_EC2",
    cgroupVersion: "1",
    taskMemoryFallback: false,
    imageEnv: [],
    secrets: {},
    environmentFiles: [],
    remoteLogs: "local",
    logOptions: {},
    volumePaths: {},
    ...partial,
  };
}
