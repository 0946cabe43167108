/** The parts of Docker's `config.json` that say how to log in to a registry. */
import { HUB_KEY, readEncodedLogin, registryHost, registryKey } from "../../core/images/engine-auth.ts";
import { readFault } from "../../core/read-fault.ts";
import { readNamedFile } from "../../files/read-named-file.ts";
import type { RegistryAuth } from "../../ports/docker-client.ts";

export type DockerConfig = {
  readonly auths: Readonly<Record<string, unknown>>;
  /** Registry host to the name of the helper. */
  readonly credHelpers: Readonly<Record<string, unknown>>;
  /** Helper for all other registries. */
  readonly credsStore?: string;
};

const NO_CONFIG: DockerConfig = { auths: {}, credHelpers: {} };
const HUB_SERVER = `https://${HUB_KEY}`;

/** An absent file is an empty one. @throws {Error} when it cannot be read or is not JSON; without any of its content */
export async function readDockerConfig(file: string): Promise<DockerConfig> {
  const text = await readText(file);
  if (text === undefined) return NO_CONFIG;
  const value = parse(text, file);
  return {
    auths: objectIn(value, "auths"),
    credHelpers: objectIn(value, "credHelpers"),
    ...(typeof value.credsStore === "string" && value.credsStore !== "" ? { credsStore: value.credsStore } : {}),
  };
}

/** What registries are called in the configuration and by helpers: Docker Hub by its old index. */
export function serverOf(image: string): string {
  const host = registryHost(image);
  return host === "docker.io" ? HUB_SERVER : host;
}

/** The name of the helper that knows this registry, and whether it was named for it. */
export function helperFor(
  config: DockerConfig,
  image: string,
): { readonly name: string; readonly isExplicit: boolean } | undefined {
  const host = registryHost(image);
  const explicit = config.credHelpers[serverOf(image)] ?? config.credHelpers[host];
  if (typeof explicit === "string" && explicit !== "") return { name: explicit, isExplicit: true };
  return config.credsStore === undefined ? undefined : { name: config.credsStore, isExplicit: false };
}

/** The login that stands in the file itself. */
export function storedLogin(config: DockerConfig, image: string): RegistryAuth | undefined {
  const server = serverOf(image);
  const key =
    Object.keys(config.auths).find((each) => each === server) ??
    Object.keys(config.auths).find((each) => hostOfKey(each) === hostOfKey(server));
  const entry = key === undefined ? undefined : config.auths[key];
  const login = isObject(entry) ? readEncodedLogin(entry) : undefined;
  return login === undefined ? undefined : { ...login, serverAddress: server };
}

function hostOfKey(key: string): string {
  return registryKey(key).split("/", 1)[0] ?? "";
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readNamedFile(file)).toString("utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "ENOENT") return undefined;
    throw new Error(`Cannot read Docker's configuration ${file}: ${readFault(String(error.code))}`);
  }
}

function parse(text: string, file: string): Readonly<Record<string, unknown>> {
  const value = tryParse(text);
  if (!isObject(value)) throw new Error(`Cannot read Docker's configuration ${file}: it is not a JSON object`);
  return value;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be a password.
    return undefined;
  }
}

function objectIn(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const member = value[key];
  return isObject(member) ? member : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
