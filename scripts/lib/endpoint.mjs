/**
 * Which Docker daemon the user means, by the rules of Docker's own command: DOCKER_HOST, else the current context
 * (DOCKER_CONTEXT or config.json), else the default socket.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Problem } from "./problem.mjs";

export const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * @typedef {object} Endpoint
 * @property {string} host as DOCKER_HOST spells it
 * @property {string} source where it is written, for messages
 * @property {boolean} [isNamed] somebody asked for this one, and no other may take its place
 * @property {string} [certPath] folder with ca.pem, cert.pem and key.pem when the daemon wants TLS
 */

/**
 * @typedef {object} Surroundings
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [home]
 */

/**
 * @param {Surroundings} [surroundings] @returns {Endpoint}
 * @throws {Problem} for a context that does not exist
 */
export function dockerEndpoint({ env = process.env, home = homedir() } = {}) {
  const named = fromEnvironment(env, home) ?? fromContext(env, home);
  return named === undefined ? { host: DEFAULT_HOST, source: "the default socket" } : { ...named, isNamed: true };
}

/** @param {NodeJS.ProcessEnv} env @param {string} home @returns {Endpoint | undefined} */
function fromEnvironment(env, home) {
  const host = env.DOCKER_HOST;
  if (host === undefined || host === "") return undefined;
  const tls = env.DOCKER_TLS_VERIFY !== undefined && env.DOCKER_TLS_VERIFY !== "";
  return { host, source: "DOCKER_HOST", ...(tls ? { certPath: env.DOCKER_CERT_PATH ?? configDir(env, home) } : {}) };
}

/** @param {NodeJS.ProcessEnv} env @param {string} home @returns {Endpoint | undefined} */
function fromContext(env, home) {
  const dir = configDir(env, home);
  const name = env.DOCKER_CONTEXT || readJson(join(dir, "config.json"))?.currentContext;
  if (typeof name !== "string" || name === "" || name === "default") return undefined;
  // Docker's command keeps a context in folders that are called after the hash of its name.
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(dir, "contexts", "meta", id, "meta.json");
  const host = readJson(file)?.Endpoints?.docker?.Host;
  if (typeof host !== "string") throw new Problem(`Cannot use the docker context "${name}": ${file} names no host`);
  const certPath = join(dir, "contexts", "tls", id, "docker");
  return { host, source: `the docker context "${name}"`, ...(existsSync(certPath) ? { certPath } : {}) };
}

/** @param {NodeJS.ProcessEnv} env @param {string} home */
function configDir(env, home) {
  return env.DOCKER_CONFIG || join(home, ".docker");
}

/** @param {string} path @returns {any} undefined when it is absent or is no JSON */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * How node:http reaches an endpoint.
 * @param {Endpoint} endpoint
 * @returns {import("node:https").RequestOptions & { protocol: "http:" | "https:" }}
 * @throws {Problem} for a kind of address that has no plain connection, such as ssh
 */
export function connectionTo({ host, certPath }) {
  if (host.startsWith("unix://")) return { protocol: "http:", socketPath: host.slice("unix://".length) };
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url === undefined || !["tcp:", "http:", "https:"].includes(url.protocol)) {
    throw new Problem(`Cannot connect to Docker at "${host}": only unix, tcp, http and https addresses are supported`);
  }
  const secure = certPath !== undefined || url.protocol === "https:";
  const port = url.port === "" ? (secure ? 2376 : 2375) : Number(url.port);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { protocol: secure ? "https:" : "http:", hostname, port, ...(certPath === undefined ? {} : tls(certPath)) };
}

/** What a Docker client has to find in its environment to reach an endpoint. @param {Endpoint} endpoint */
export function environmentFor({ host, certPath }) {
  return certPath === undefined
    ? { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "", DOCKER_CERT_PATH: "" }
    : { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certPath };
}

/** @param {string} certPath */
function tls(certPath) {
  const names = /** @type {const} */ (["ca", "cert", "key"]);
  const files = names.map((name) => /** @type {const} */ ([name, join(certPath, `${name}.pem`)]));
  return Object.fromEntries(files.flatMap(([name, file]) => (existsSync(file) ? [[name, readFileSync(file)]] : [])));
}
