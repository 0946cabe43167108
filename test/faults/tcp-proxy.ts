/** Stands between a client and a server on this machine, and can go away in the middle of an answer. */
import * as net from "node:net";

export class TcpProxy {
  readonly #target: net.NetConnectOpts;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #port = 0;
  /** Of all answers together; beyond it everything is cut and nobody is let in any more. */
  #bytesLeft = Number.POSITIVE_INFINITY;
  #cut: (() => void) | undefined;

  constructor(address: string) {
    const [host = "", port] = address.split(":");
    this.#target = { host, port: Number(port) };
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** At the same port each time. */
  async start(): Promise<void> {
    const server = net.createServer((client) => this.#forward(client));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }

  /** Goes away once so many more bytes have been answered; resolves when that has happened. */
  cutAfter(bytes: number): Promise<void> {
    this.#bytesLeft = bytes;
    return new Promise((resolve) => {
      this.#cut = resolve;
    });
  }

  stop(): void {
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #forward(client: net.Socket): void {
    const server = net.connect(this.#target);
    const end = () => {
      for (const socket of [client, server]) {
        this.#sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (bytes) => server.write(bytes));
    server.on("data", (bytes) => this.#answer(client, bytes));
  }

  #answer(client: net.Socket, bytes: Buffer): void {
    client.write(bytes.subarray(0, this.#bytesLeft));
    this.#bytesLeft -= bytes.length;
    if (this.#bytesLeft > 0) return;
    this.stop();
    this.#cut?.();
  }
}
