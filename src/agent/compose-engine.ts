/** The engine for those inside Berth who wire it: the command, the daemon, the simulated host. */
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import { DEFAULT_ENGINE_CONFIG, type EngineConfig } from "../engine/engine-options.ts";
import type { ImageManager } from "../images/index.ts";
import type { DockerTaskEngineOptions } from "./compose-ports.ts";
import { DockerTaskEngine } from "./docker-task-engine.ts";

export type ComposeOptions = DockerTaskEngineOptions & {
  /** Is handed the engine's image manager, for whoever runs the clean-up or shows the images. */
  readonly onImageManager?: (manager: ImageManager) => void;
};

/** The engine, not initialised yet. */
export async function composeEngine(options: ComposeOptions): Promise<DockerTaskEngine> {
  const engine = new DockerTaskEngine(options);
  options.onImageManager?.(engine.imageManager);
  return engine;
}

/** A machine configuration with another pull behaviour. */
export function withPullBehaviour(pullBehaviour: PullBehaviour): EngineConfig["machine"] {
  return { ...DEFAULT_ENGINE_CONFIG.machine, pullBehaviour };
}
