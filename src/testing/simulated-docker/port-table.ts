/** Who holds which port of the simulated host. */
import type { PortBinding } from "../../ports/docker-client.ts";
import { DockerRefusal } from "./refusal.ts";

/** Where Docker looks for a free port when none is named. */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

const ANY_IP_V4 = "0.0.0.0";
const ANY_IP_V6 = "::";

export type WantedPort = Pick<PortBinding, "containerPort" | "protocol"> & {
  readonly hostIps: readonly string[];
  /** `undefined` for any that is free. */
  readonly hostPort: number | undefined;
};

export class PortTable {
  readonly #holders = new Map<string, string>();
  #next = FIRST_EPHEMERAL;

  /**
   * All of them or none. Without an address a port is bound for both families, and both are told.
   * @throws {DockerRefusal} 500 when one is taken, in the words of the real daemon
   */
  allocate(dockerId: string, dockerName: string, wanted: readonly WantedPort[]): readonly PortBinding[] {
    const bindings: PortBinding[] = [];
    for (const { containerPort, protocol, hostIps, hostPort: asked } of wanted) {
      const hostPort = asked ?? this.#findFree(protocol, hostIps);
      for (const hostIp of hostIps) {
        if (this.#isTaken(protocol, hostIp, hostPort)) {
          this.release(dockerId);
          throw alreadyAllocated(dockerName, dockerId, `${hostIp}:${hostPort}`);
        }
        this.#holders.set(keyOf(protocol, hostIp, hostPort), dockerId);
        bindings.push({ containerPort, protocol, hostIp, hostPort });
      }
    }
    return bindings;
  }

  release(dockerId: string): void {
    for (const [key, holder] of this.#holders) {
      if (holder === dockerId) this.#holders.delete(key);
    }
  }

  /** Takes a port for something that is no container, as another program on the host would. @returns what frees it */
  occupy(hostPort: number, protocol: PortBinding["protocol"] = "tcp"): () => void {
    const key = keyOf(protocol, ANY_IP_V4, hostPort);
    this.#holders.set(key, "");
    return () => this.#holders.delete(key);
  }

  /** Could something be published on it right now, on all addresses? */
  isFree(hostPort: number, protocol: PortBinding["protocol"]): boolean {
    return !this.#isTaken(protocol, ANY_IP_V4, hostPort);
  }

  #isTaken(protocol: string, hostIp: string, hostPort: number): boolean {
    if (this.#holders.size === 0) return false;
    const any = hostIp.includes(":") ? ANY_IP_V6 : ANY_IP_V4;
    if (this.#holders.has(keyOf(protocol, hostIp, hostPort)) || this.#holders.has(keyOf(protocol, any, hostPort)))
      return true;
    return hostIp === any && this.#isTakenOnSomeAddress(protocol, any, hostPort);
  }

  #isTakenOnSomeAddress(protocol: string, any: string, hostPort: number): boolean {
    const isV6 = any === ANY_IP_V6;
    for (const key of this.#holders.keys()) {
      const [heldProtocol, heldIp = "", heldPort] = key.split(" ");
      if (heldProtocol === protocol && Number(heldPort) === hostPort && heldIp.includes(":") === isV6) return true;
    }
    return false;
  }

  #findFree(protocol: string, hostIps: readonly string[]): number {
    for (let tries = LAST_EPHEMERAL - FIRST_EPHEMERAL; tries >= 0; tries--) {
      const candidate = this.#next;
      this.#next = candidate === LAST_EPHEMERAL ? FIRST_EPHEMERAL : candidate + 1;
      if (!hostIps.some((hostIp) => this.#isTaken(protocol, hostIp, candidate))) return candidate;
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
    return bindings.map(({ HostIp: hostIp = "", HostPort: hostPort }) => ({
      containerPort: Number(port),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
      hostIps: hostIp === "" ? [ANY_IP_V4, ANY_IP_V6] : [hostIp],
      hostPort: Number(hostPort) === 0 ? undefined : Number(hostPort),
    }));
  });
}

function alreadyAllocated(dockerName: string, dockerId: string, address: string): DockerRefusal {
  const reason = `Bind for ${address} failed: port is already allocated`;
  return new DockerRefusal(
    500,
    `driver failed programming external connectivity on endpoint ${dockerName} (${dockerId}): ${reason}`,
  );
}

function keyOf(protocol: string, hostIp: string, hostPort: number): string {
  return `${protocol} ${hostIp} ${hostPort}`;
}
