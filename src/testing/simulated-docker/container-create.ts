/** `POST /containers/create` */
import { asDockerId, type DockerName } from "../../core/brand.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import { commandOf, labelsOf, SimulatedContainer, type SimulatedMount } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { ImageConfig } from "./image-store.ts";
import { DockerRefusal } from "./refusal.ts";

const NO_MOUNTS: readonly SimulatedMount[] = [];

/** @throws {DockerRefusal} 404 for a missing image, 409 for a taken name, 400 for a request that makes no sense */
export function createContainer(
  state: DaemonState,
  { name, body }: { readonly name: DockerName; readonly body: CreateBody },
): SimulatedContainer {
  const image = state.images.get(body.Image);
  if (commandOf(body, image).length === 0) throw new DockerRefusal(400, "no command specified");
  refuseBadName(state, name);
  refuseMissingLinks(state, body);
  const dockerId = asDockerId(state.random.hex(64));
  const mounts = mountsOf(state, body, image.config);
  const labels = labelsOf(body, image);
  const script = state.scripts.scriptFor({ dockerName: name, labels }, image.script);
  const container = new SimulatedContainer({
    dockerId,
    dockerName: name,
    body,
    image,
    labels,
    script,
    mounts,
    createdAt: state.clock.now(),
  });
  image.users.add(dockerId);
  for (const mount of mounts) {
    if (mount.name !== undefined) state.volumes.find(mount.name)?.users.add(dockerId);
  }
  state.addContainer(container);
  state.emitContainer(container, "create");
  return container;
}

/** @throws {DockerRefusal} 400 when Docker takes no such name, 409 when somebody has it */
export function refuseBadName(state: DaemonState, name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new DockerRefusal(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  const holder = state.findByName(name);
  if (holder !== undefined) throw nameConflict(name, holder.dockerId);
}

export function nameConflict(name: string, holder: string): DockerRefusal {
  const advice = "You have to remove (or rename) that container to be able to reuse that name.";
  return new DockerRefusal(
    409,
    `Conflict. The container name "/${name}" is already in use by container "${holder}". ${advice}`,
  );
}

function refuseMissingLinks(state: DaemonState, body: CreateBody): void {
  for (const link of body.HostConfig?.Links ?? []) {
    const target = link.split(":")[0] ?? "";
    if (state.findContainer(target) === undefined) {
      throw new DockerRefusal(400, `could not get container for ${target}: No such container: ${target}`);
    }
  }
}

/** The first that claims a path inside the container has it: binds, then other containers' volumes, then the image's. */
function mountsOf(state: DaemonState, body: CreateBody, config: ImageConfig): readonly SimulatedMount[] {
  if (hasNoMounts(body, config)) return NO_MOUNTS;
  const mounts = new Map<string, SimulatedMount>();
  const claim = (mount: SimulatedMount): void => {
    if (!mounts.has(mount.destination)) mounts.set(mount.destination, mount);
  };
  for (const bind of body.HostConfig?.Binds ?? []) claim(bindMount(state, bind));
  for (const from of body.HostConfig?.VolumesFrom ?? []) mountsFrom(state, from).forEach(claim);
  for (const path of config.volumes ?? []) {
    if (!mounts.has(path)) claim(volumeMount(state, { name: state.random.hex(64), path, anonymous: true }));
  }
  return [...mounts.values()];
}

function hasNoMounts({ HostConfig }: CreateBody, { volumes }: ImageConfig): boolean {
  return HostConfig?.Binds === undefined && HostConfig?.VolumesFrom === undefined && volumes === undefined;
}

/** `SOURCE:PATH[:OPTIONS]`; a source without a leading slash is a volume, made when it is not there. */
function bindMount(state: DaemonState, bind: string): SimulatedMount {
  const [source = "", destination = "", options = ""] = bind.split(":");
  if (destination === "" || !destination.startsWith("/")) {
    throw new DockerRefusal(
      400,
      `invalid volume specification: '${bind}': invalid mount config for type "bind": invalid mount path`,
    );
  }
  const readWrite = !options.split(",").includes("ro");
  if (source.startsWith("/")) return { type: "bind", source, destination, readWrite };
  return volumeMount(state, { name: source, path: destination, readWrite });
}

function volumeMount(
  state: DaemonState,
  request: { readonly name: string; readonly path: string; readonly readWrite?: boolean; readonly anonymous?: boolean },
): SimulatedMount {
  const { name, path, readWrite = true, anonymous = false } = request;
  const existing = state.volumes.find(name);
  const volume =
    existing ?? state.volumes.create({ name, driver: "local", labels: {}, options: {}, anonymous }, state.clock.now());
  return { type: "volume", name, source: volume.mountpoint, destination: path, readWrite };
}

/** `CONTAINER[:ro|rw]` */
function mountsFrom(state: DaemonState, from: string): readonly SimulatedMount[] {
  const [source = "", mode = "rw"] = from.split(":");
  const mounts = state.getContainer(source).mounts;
  return mode === "ro" ? mounts.map((mount) => ({ ...mount, readWrite: false })) : mounts;
}
