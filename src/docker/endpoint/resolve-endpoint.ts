/** Finds the daemon that the `docker` command of the same user would talk to. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import { readFault } from "../../core/read-fault.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import { readContext } from "./docker-context.ts";
import type { TlsMaterial } from "./parse-endpoint.ts";

export const DEFAULT_SOCKET = "/var/run/docker.sock";

type Environment = Readonly<Record<string, string | undefined>>;

export type ResolvedEndpoint = {
  readonly endpoint: string;
  readonly tls?: TlsMaterial;
  /** Who said so, for messages: `DOCKER_HOST`, `context "desktop-linux"` or `default`. */
  readonly source: string;
};

/**
 * DOCKER_HOST (with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH), then the current docker context (DOCKER_CONTEXT, else
 * `currentContext` of Docker's config.json), then the default socket, then the rootless one. An unset variable and an
 * empty one are the same.
 * @throws {EngineError} CannotGetDockerclientError when a context or a certificate that is asked for cannot be read
 */
export function resolveEndpoint(env: Environment, homeDir: string): ResolvedEndpoint {
  const configDir = env.DOCKER_CONFIG || join(homeDir, ".docker");
  const host = env.DOCKER_HOST;
  if (host) return { endpoint: host, ...tlsFromEnvironment(env, configDir), source: "DOCKER_HOST" };
  const context = readContext(env.DOCKER_CONTEXT, configDir);
  if (context) return context;
  return { endpoint: `unix://${defaultSocket(env)}`, source: "default" };
}

function defaultSocket(env: Environment): string {
  if (existsSync(DEFAULT_SOCKET) || !env.XDG_RUNTIME_DIR) return DEFAULT_SOCKET;
  const rootless = join(env.XDG_RUNTIME_DIR, "docker.sock");
  return existsSync(rootless) ? rootless : DEFAULT_SOCKET;
}

/** A certificate path without DOCKER_TLS_VERIFY means TLS that trusts any daemon, as for Docker's own clients. */
function tlsFromEnvironment(env: Environment, configDir: string): { readonly tls?: TlsMaterial } {
  const verify = Boolean(env.DOCKER_TLS_VERIFY);
  const certPath = env.DOCKER_CERT_PATH || (verify ? configDir : undefined);
  if (certPath === undefined) return {};
  const pem = (name: string) => readPem(join(certPath, name));
  return { tls: { ca: pem("ca.pem"), cert: pem("cert.pem"), key: pem("key.pem"), verify } };
}

function readPem(path: string): string {
  try {
    return readPlainFile(path);
  } catch (cause) {
    const { code, message: text } = cause as NodeJS.ErrnoException;
    const fact = code === undefined ? text : readFault(code);
    const message = `Cannot read TLS file "${path}" for the Docker daemon: ${fact}. DOCKER_CERT_PATH names the folder of ca.pem, cert.pem and key.pem; DOCKER_TLS_VERIFY asks for them`;
    throw new EngineError("CannotGetDockerclientError", message, { cause });
  }
}
