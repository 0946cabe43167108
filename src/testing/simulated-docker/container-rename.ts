/** `POST /containers/ID/rename` */
import { asDockerName } from "../../core/brand.ts";
import type { SimulatedContainer } from "./container.ts";
import { refuseBadName } from "./container-create.ts";
import type { DaemonState } from "./daemon-state.ts";
import { DockerRefusal } from "./refusal.ts";

/** As a create refuses it, and Docker says what it was about. */
function refuseName(state: DaemonState, name: string): void {
  try {
    refuseBadName(state, name);
  } catch (failure) {
    if (!(failure instanceof DockerRefusal)) throw failure;
    throw new DockerRefusal(failure.status, `Error when allocating new name: ${failure.message}`);
  }
}

/** @throws {DockerRefusal} 400 for a name that is empty, bad or its own, 409 for one that is taken */
export function renameContainer(state: DaemonState, container: SimulatedContainer, newName: string): void {
  const oldName = container.dockerName;
  const name = newName.replace(/^\//, "");
  if (name === "") throw new DockerRefusal(400, "Neither old nor new names may be empty");
  if (name === oldName) {
    throw new DockerRefusal(400, "Renaming a container with the same name as its current name");
  }
  refuseName(state, name);
  state.renameContainer(container, asDockerName(name));
  state.emitContainer(container, "rename", { oldName: `/${oldName}` });
}
