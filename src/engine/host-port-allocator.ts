/**
 * Gives out host ports. One owner for the whole process, so that no port is given twice; a candidate must also be free
 * on the host at that moment. Source: engine-modern 17.2 (PORT-1 to PORT-6).
 *
 * INVARIANTS
 * - A port and protocol that the engine chose belong to one container. One that a definition fixes may be asked for by
 *   several, of which Docker lets one have it; it is free when none of them is left.
 * - Dynamic ports go round: the last one given is not given again while others are left.
 */
import { EngineError } from "../core/errors.ts";
import { leasesFor, type PortRequest } from "../core/host-ports.ts";
import type { HostPortLease } from "../core/task.ts";

export type PortRange = { readonly first: number; readonly last: number };
/** Tells whether a socket of this protocol can be opened on the port right now. */
export type PortProbe = (port: number, protocol: "tcp" | "udp") => Promise<boolean>;

/** Who holds a container's host ports. */
export function portOwner(taskArn: string, containerName: string): string {
  return `${taskArn} ${containerName}`;
}

export class HostPortAllocator {
  readonly #range: PortRange;
  readonly #probe: PortProbe;
  readonly #reserved: ReadonlySet<number>;
  /** Of each port who has it: one as a rule. */
  readonly #owners = new Map<string, Set<string>>();
  readonly #portsOf = new Map<string, Set<string>>();
  #next: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly range: PortRange;
    readonly probe: PortProbe;
    readonly reserved?: readonly number[];
  }) {
    this.#range = options.range;
    this.#probe = options.probe;
    this.#reserved = new Set(options.reserved ?? []);
    this.#next = options.range.first;
  }

  /**
   * Leases for all requests of a container, or none.
   * @param owner who holds them until `release`
   * @throws {EngineError} HostConfigError when a port or a run of ports is not to be had
   */
  async lease(owner: string, requests: readonly PortRequest[]): Promise<readonly HostPortLease[]> {
    if (requests.length === 0) return [];
    const turn = this.#turn.then(() => this.#leaseAll(owner, requests));
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  /** Takes note of ports that a restored container already has. */
  adopt(owner: string, leases: readonly HostPortLease[]): void {
    for (const { hostPort, protocol } of leases) {
      const key = keyOf(hostPort, protocol);
      this.#owners.set(key, (this.#owners.get(key) ?? new Set()).add(owner));
      this.#portsOf.set(owner, (this.#portsOf.get(owner) ?? new Set()).add(key));
    }
  }

  release(owner: string): void {
    // Where nobody publishes a port, which is often, the owner's long name need not be hashed for each task that ends.
    if (this.#portsOf.size === 0) return;
    for (const key of this.#portsOf.get(owner) ?? []) this.#leave(key, owner);
    this.#portsOf.delete(owner);
  }

  #leave(key: string, owner: string): void {
    const owners = this.#owners.get(key);
    owners?.delete(owner);
    if (owners?.size === 0) this.#owners.delete(key);
  }

  async #leaseAll(owner: string, requests: readonly PortRequest[]): Promise<readonly HostPortLease[]> {
    const leases: HostPortLease[] = [];
    try {
      for (const request of requests) {
        const granted = leasesFor(request, await this.#place(request));
        this.adopt(owner, granted);
        leases.push(...granted);
      }
      return leases;
    } catch (error) {
      this.release(owner);
      throw error;
    }
  }

  /** First host port of the run. A fixed port is Docker's to refuse, by name of who holds it. */
  async #place(request: PortRequest): Promise<number> {
    if (request.choice === "fixed" && request.hostPort !== undefined) return request.hostPort;
    if (request.choice === "preferred" && request.hostPort !== undefined) {
      if (await this.#isFreeRun(request.hostPort, request)) return request.hostPort;
    }
    return await this.#search(request);
  }

  async #search(request: PortRequest): Promise<number> {
    const { first, last } = this.#range;
    const size = last - first + 1;
    const from = this.#next;
    for (let offset = 0; offset < size; offset += 1) {
      const candidate = first + ((from - first + offset) % size);
      if (candidate + request.count - 1 > last) continue;
      if (!(await this.#isFreeRun(candidate, request))) continue;
      this.#next = candidate + request.count > last ? first : candidate + request.count;
      return candidate;
    }
    throw new EngineError("HostConfigError", `error retrieving docker port map: ${unavailable(request)}`);
  }

  async #isFreeRun(first: number, request: PortRequest): Promise<boolean> {
    for (let port = first; port < first + request.count; port += 1) {
      if (this.#owners.has(keyOf(port, request.protocol)) || this.#reserved.has(port)) return false;
      if (!(await this.#probe(port, request.protocol))) return false;
    }
    return true;
  }
}

function unavailable(request: PortRequest): string {
  return request.count === 1 ? "a host port is unavailable" : `${request.count} contiguous host ports are unavailable`;
}

function keyOf(port: number, protocol: "tcp" | "udp"): string {
  return `${port}/${protocol}`;
}
