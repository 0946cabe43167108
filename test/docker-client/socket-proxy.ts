/** Stands between a client and a daemon, and behaves like a daemon in trouble. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class SocketProxy {
  readonly endpoint: string;
  /** Connections that clients have made so far. */
  connections = 0;
  readonly #folder: string;
  readonly #socketPath: string;
  readonly #target: net.NetConnectOpts;
  readonly #clients = new Set<net.Socket>();
  readonly #daemons = new Set<net.Socket>();
  #server: net.Server | undefined;
  #holding = false;

  constructor(daemon: string) {
    this.#folder = mkdtempSync(join(tmpdir(), "berth-proxy-"));
    this.#socketPath = join(this.#folder, "docker.sock");
    this.endpoint = `unix://${this.#socketPath}`;
    this.#target = targetOf(daemon);
  }

  /** The daemon is there (again). */
  async start(): Promise<void> {
    const server = net.createServer((client) => this.#forward(client));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#socketPath, resolve));
  }

  /** The daemon is gone: its socket too. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.cut();
    await closed;
    if (existsSync(this.#socketPath)) rmSync(this.#socketPath);
  }

  /** Every connection ends at once; new ones are taken. So an instant restart looks from outside. */
  cut(): void {
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
  }

  /** From now on requests reach the daemon and its answers reach nobody, until `release`. */
  holdAnswers(): void {
    this.#holding = true;
    for (const daemon of this.#daemons) daemon.pause();
  }

  release(): void {
    this.#holding = false;
    for (const daemon of this.#daemons) daemon.resume();
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  #forward(client: net.Socket): void {
    this.connections += 1;
    this.#clients.add(client);
    const daemon = net.connect(this.#target);
    this.#daemons.add(daemon);
    const end = () => {
      this.#clients.delete(client);
      this.#daemons.delete(daemon);
      client.destroy();
      daemon.destroy();
    };
    for (const socket of [client, daemon]) {
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (bytes) => daemon.write(bytes));
    daemon.on("data", (bytes) => client.write(bytes));
    if (this.#holding) daemon.pause();
  }
}

function targetOf(daemon: string): net.NetConnectOpts {
  if (daemon.startsWith("unix://")) return { path: daemon.slice("unix://".length) };
  const { hostname, port } = new URL(daemon);
  return { host: hostname, port: Number(port) };
}
