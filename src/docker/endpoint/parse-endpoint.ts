/** Where a daemon listens, out of the text that users give. */
import { EngineError } from "../../core/errors.ts";

/** PEM texts, as Docker's `ca.pem`, `cert.pem` and `key.pem` hold them. */
export type TlsMaterial = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Is the daemon's certificate checked? */
  readonly verify: boolean;
};

export type DaemonAddress =
  | { readonly type: "unix"; readonly socketPath: string }
  | { readonly type: "tcp"; readonly host: string; readonly port: number; readonly tls: boolean };

const DOCKER_PORT = 2375;
const DOCKER_TLS_PORT = 2376;

/**
 * Reads `unix:///run/docker.sock`, a bare absolute path, or `tcp://host:port` (also `http://` and `https://`).
 * @throws {EngineError} CannotGetDockerclientError for everything else, ssh included
 */
export function parseEndpoint(endpoint: string, withTls: boolean): DaemonAddress {
  if (endpoint.startsWith("/")) return { type: "unix", socketPath: endpoint };
  const [scheme = "", rest = ""] = splitOnce(endpoint, "://");
  switch (scheme) {
    case "unix":
      if (!rest.startsWith("/")) throw unusable(endpoint, "the path of the socket is not absolute");
      return { type: "unix", socketPath: rest };
    case "tcp":
    case "http":
      return { type: "tcp", tls: withTls, ...hostAndPort(endpoint, rest, withTls ? DOCKER_TLS_PORT : DOCKER_PORT) };
    case "https":
      return { type: "tcp", tls: true, ...hostAndPort(endpoint, rest, DOCKER_TLS_PORT) };
    case "ssh":
      throw unusable(endpoint, "ssh is not supported, forward the daemon's socket and give its unix:// path");
    default:
      throw unusable(endpoint, "it is neither unix:///path nor tcp://host:port");
  }
}

function hostAndPort(endpoint: string, rest: string, defaultPort: number): { host: string; port: number } {
  const url = URL.canParse(`tcp://${rest}`) ? new URL(`tcp://${rest}`) : undefined;
  if (url === undefined || url.hostname === "") throw unusable(endpoint, "it names no host");
  if (url.pathname !== "" && url.pathname !== "/") throw unusable(endpoint, "a path after the port is not supported");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: url.port === "" ? defaultPort : Number(url.port) };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? ["", text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function unusable(endpoint: string, fact: string): EngineError {
  return new EngineError("CannotGetDockerclientError", `Cannot use Docker endpoint "${endpoint}": ${fact}`);
}
