/**
 * The engine as the library exports it: `client` is all that has to be given. Adds to the engine over ports what belongs
 * to a whole one: its state as JSON, its image manager, a folder for its data.
 */
import { InvalidInputError } from "../core/errors.ts";
import { parseSavedDocument, type SavedDocument, toSavedDocument } from "../core/saved/document.ts";
import { DockerTaskEngine as EngineOverPorts } from "../engine/docker-task-engine.ts";
import { restoredTasks } from "../engine/restore.ts";
import type { StateSaver, TaskEngine } from "../engine/task-engine.ts";
import type { ImageManager } from "../images/index.ts";
import { type Composition, compose, type DockerTaskEngineOptions } from "./compose-ports.ts";

/**
 * Runs tasks on a Docker host. Construction touches neither Docker nor disk. See {@link TaskEngine} for what
 * works when.
 * Source: engine-behaviour 2.1, 2.2; the seed interface.
 */
export class DockerTaskEngine extends EngineOverPorts<Composition> implements TaskEngine {
  readonly #imageCleanup = new AbortController();

  constructor(options: DockerTaskEngineOptions) {
    super(compose(options));
  }

  /** Also starts the clean-up of images, once the containers of restored tasks hold theirs again. */
  override async init(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await super.init(options);
    this.imageManager.startImageCleanupProcess(this.#imageCleanup.signal);
  }

  override async shutdown(): Promise<void> {
    this.#imageCleanup.abort();
    if (this.phase === "initialised") this.disable();
    // Before the store is closed: a cycle that is being cut off may still save what it removed.
    await this.imageManager.untilCleanupIdle();
    await super.shutdown();
  }

  override abandon(): void {
    this.#imageCleanup.abort();
    super.abandon();
  }

  /** References of images, their clean-up and `explainCleanup`. */
  get imageManager(): ImageManager {
    return this.options.imageManager;
  }

  toJSON(): SavedDocument {
    return toSavedDocument(this.options.store.snapshot());
  }

  restoreFromJSON(input: unknown): void {
    if (this.phase !== "created") throw new InvalidInputError("", "Cannot restore state: the engine is in use already");
    const saved = parseSavedDocument(input);
    this.options.store.restore(saved);
    this.state.reset();
    for (const task of restoredTasks(saved)) this.state.add({ task });
    this.imageManager.addAllImageStates(saved.images);
  }

  setSaver(saver: StateSaver | undefined): void {
    this.options.store.setSaver(saver);
  }
}

/** An engine over a Docker client; see {@link DockerTaskEngine}. */
export function createTaskEngine(options: DockerTaskEngineOptions): TaskEngine {
  return new DockerTaskEngine(options);
}
