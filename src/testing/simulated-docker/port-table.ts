/** Who holds which port of the simulated host. */
import type { PortBinding } from "../../ports/docker-client.ts";
import { DockerRefusal } from "./refusal.ts";

/** Where Docker looks for a free port when none is named. */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

type WantedPort = Omit<PortBinding, "hostPort"> & { readonly hostPort: number | undefined };

export class PortTable {
  readonly #holders = new Map<string, string>();
  #next = FIRST_EPHEMERAL;

  /**
   * All of them or none.
   * @throws {DockerRefusal} 500 when one is taken, in the words of the real daemon
   */
  allocate(dockerId: string, dockerName: string, wanted: readonly WantedPort[]): readonly PortBinding[] {
    const bindings: PortBinding[] = [];
    for (const port of wanted) {
      const hostPort = port.hostPort ?? this.#findFree(port);
      if (this.#isTaken(port, hostPort)) {
        this.release(dockerId);
        const reason = `Bind for ${port.hostIp}:${hostPort} failed: port is already allocated`;
        throw new DockerRefusal(
          500,
          `driver failed programming external connectivity on endpoint ${dockerName} (${dockerId}): ${reason}`,
        );
      }
      this.#holders.set(keyOf(port.protocol, port.hostIp, hostPort), dockerId);
      bindings.push({ ...port, hostPort });
    }
    return bindings;
  }

  release(dockerId: string): void {
    for (const [key, holder] of this.#holders) {
      if (holder === dockerId) this.#holders.delete(key);
    }
  }

  /** Takes a port for something that is no container, as another program on the host would. */
  occupy(hostPort: number, protocol: "tcp" | "udp" = "tcp"): () => void {
    const key = keyOf(protocol, "0.0.0.0", hostPort);
    this.#holders.set(key, "");
    return () => this.#holders.delete(key);
  }

  #isTaken({ protocol, hostIp }: WantedPort, hostPort: number): boolean {
    if (this.#holders.size === 0) return false;
    if (hostIp !== "0.0.0.0") {
      return this.#holders.has(keyOf(protocol, hostIp, hostPort)) || this.#holders.has(keyOf(protocol, "0.0.0.0", hostPort));
    }
    const tail = `:${hostPort}`;
    for (const key of this.#holders.keys()) {
      if (key.startsWith(`${protocol}:`) && key.endsWith(tail)) return true;
    }
    return false;
  }

  #findFree(port: WantedPort): number {
    for (let tries = LAST_EPHEMERAL - FIRST_EPHEMERAL; tries >= 0; tries--) {
      const candidate = this.#next;
      this.#next = candidate === LAST_EPHEMERAL ? FIRST_EPHEMERAL : candidate + 1;
      if (!this.#isTaken(port, candidate)) return candidate;
    }
    throw new DockerRefusal(500, "all ports are allocated");
  }
}

/** Ports that a container asks to have published. An empty or zero host port means any. */
export function wantedPorts(
  portBindings: Readonly<Record<string, readonly { readonly HostPort: string; readonly HostIp?: string }[]>> = {},
): readonly WantedPort[] {
  return Object.entries(portBindings).flatMap(([key, bindings]) => {
    const [port = "", protocol = "tcp"] = key.split("/");
    return bindings.map((binding) => ({
      containerPort: Number(port),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
      hostIp: binding.HostIp === undefined || binding.HostIp === "" ? "0.0.0.0" : binding.HostIp,
      hostPort: Number(binding.HostPort) === 0 ? undefined : Number(binding.HostPort),
    }));
  });
}

function keyOf(protocol: string, hostIp: string, hostPort: number): string {
  return `${protocol}:${hostIp}:${hostPort}`;
}
