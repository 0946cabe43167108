/**
 * The simulated daemon behind its real interface: the part of the Docker Engine API that Berth and the everyday commands
 * of the `docker` program use, on a unix socket or a TCP port.
 *
 * ```ts
 * const docker = new SimulatedDocker({ clock: realTimeClock() });
 * docker.image("busybox");
 * const server = await SimulatedDockerServer.listen(docker, { socketPath: "/tmp/simulated.sock" });
 * // docker -H unix:///tmp/simulated.sock run --rm busybox echo hello
 * await server.close();
 * ```
 */
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ConnectionLost } from "../call-failure.ts";
import type { Connection } from "../connection.ts";
import { DockerRefusal } from "../refusal.ts";
import type { SimulatedDocker } from "../simulated-docker.ts";
import { ApiRequest } from "./api-request.ts";
import { findRoute } from "./routes.ts";

export type ServerAddress =
  | { readonly socketPath: string }
  /** 0 takes any port that is free. */
  | { readonly port: number; readonly host?: string };

const VERSION_PREFIX = /^\/v(\d+\.\d+)(?=\/)/;

export class SimulatedDockerServer {
  readonly #server: Server;
  readonly #connection: Connection;
  readonly #sockets = new Set<Socket>();
  #endpoint = "";

  private constructor(docker: SimulatedDocker) {
    this.#connection = docker.connection();
    this.#server = createServer((message, response) => void this.#answer(message, response));
    // `docker attach` and `docker exec` ask for a plain stream; the handler writes to the socket itself.
    this.#server.on("upgrade", (message: IncomingMessage, socket: Socket, head: Buffer) => {
      const response = new ServerResponse(message);
      response.assignSocket(socket);
      void this.#answer(message, response, head);
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      // A caller that hangs up in the middle is no concern of the daemon's; the close that follows cleans up.
      socket.on("error", () => socket.destroy());
    });
    // As from a daemon that is gone: no answer, and nothing on kept connections.
    this.#connection.onBroken(() => this.#dropConnections());
  }

  /** @throws {Error} of the system when the address cannot be had */
  static async listen(docker: SimulatedDocker, address: ServerAddress): Promise<SimulatedDockerServer> {
    const server = new SimulatedDockerServer(docker);
    await server.#listen(address);
    return server;
  }

  /** `unix:///path` or `tcp://host:port`. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** Ends all connections; the daemon and its containers stay as they are. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#dropConnections();
    await closed;
  }

  #listen(address: ServerAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      const listening = (): void => {
        this.#endpoint = "socketPath" in address ? `unix://${address.socketPath}` : this.#tcpEndpoint();
        resolve();
      };
      if ("socketPath" in address) this.#server.listen(address.socketPath, listening);
      else this.#server.listen(address.port, address.host ?? "127.0.0.1", listening);
    });
  }

  #tcpEndpoint(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `tcp://${address.address}:${address.port}` : "";
  }

  #dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #answer(message: IncomingMessage, response: ServerResponse, upgradeHead?: Buffer): Promise<void> {
    try {
      if (!this.#connection.isOpen) throw new ConnectionLost("the daemon is down", false);
      this.#introduce(response);
      await this.#handle(message, response, upgradeHead);
    } catch (failure) {
      this.#answerFailure(message, response, failure);
    }
  }

  async #handle(message: IncomingMessage, response: ServerResponse, upgradeHead: Buffer | undefined): Promise<void> {
    const url = new URL(message.url ?? "/", "http://simulated");
    this.#refuseVersion(VERSION_PREFIX.exec(url.pathname)?.[1]);
    const path = url.pathname.replace(VERSION_PREFIX, "");
    const route = findRoute(message.method ?? "GET", path);
    if (route === undefined) throw new DockerRefusal(404, "page not found");
    const { params, handler } = route;
    const connection = this.#connection;
    await handler(new ApiRequest({ connection, query: url.searchParams, params, message, response, upgradeHead }));
  }

  /** Every answer says which versions the daemon speaks. */
  #introduce(response: ServerResponse): void {
    const { apiVersion, os, version } = this.#connection.exchange.state.version;
    response.setHeader("Api-Version", apiVersion);
    response.setHeader("Ostype", os);
    response.setHeader("Docker-Experimental", "false");
    response.setHeader("Server", `Docker/${version} (${os})`);
  }

  #refuseVersion(asked: string | undefined): void {
    if (asked === undefined) return;
    const { apiVersion, minApiVersion } = this.#connection.exchange.state.version;
    if (compareVersions(asked, apiVersion) > 0) {
      throw new DockerRefusal(
        400,
        `client version ${asked} is too new. Maximum supported API version is ${apiVersion}`,
      );
    }
    if (compareVersions(asked, minApiVersion) < 0) {
      throw new DockerRefusal(
        400,
        `client version ${asked} is too old. Minimum supported API version is ${minApiVersion}`,
      );
    }
  }

  #answerFailure(message: IncomingMessage, response: ServerResponse, failure: unknown): void {
    const isRefusal = failure instanceof DockerRefusal;
    if (!isRefusal || response.headersSent || response.socket === null) {
      // A lost connection is what the fault asks for; anything else is a bug in a script, and must be seen.
      message.socket.destroy();
      if (!isRefusal && !(failure instanceof ConnectionLost) && !response.closed) throw failure;
      return;
    }
    response.writeHead(failure.status, { "Content-Type": "application/json" });
    response.end(failure.status === 304 ? undefined : `${JSON.stringify({ message: failure.message })}\n`);
  }
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
