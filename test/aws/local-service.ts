/** An AWS service on this machine: an HTTP server, and what leads the SDK's clients to it. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class LocalService {
  readonly #server: Server;
  readonly #variable: string;

  /** @param variable where clients are told the endpoint: of one service, or of all */
  constructor(reply: RequestListener, variable = "AWS_ENDPOINT_URL") {
    this.#server = createServer(reply);
    this.#variable = variable;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Of those who ask here. */
  get options() {
    const { port } = this.#server.address() as AddressInfo;
    const credentials = { accessKeyId: "AKIDENGINE", secretAccessKey: "secret" };
    return { region: "eu-west-1", env: { [this.#variable]: `http://127.0.0.1:${port}` }, credentials };
  }
}
