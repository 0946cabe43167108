/**
 * Registry credentials that hold for the whole engine: `ECS_ENGINE_AUTH_TYPE` and `ECS_ENGINE_AUTH_DATA`.
 * Source: engine-behaviour 7.8, DC-70, DC-71.
 */
import { splitReference } from "./reference.ts";

export type RegistryLogin = {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
  readonly serverAddress?: string;
};

/** Logins by registry key; a key has lost its scheme. */
export type RegistryLogins = ReadonlyMap<string, RegistryLogin>;

/** The key under which Docker Hub has always been kept. */
export const HUB_KEY = "index.docker.io/v1/";
/** More than any number of logins that an engine is given. */
const MAX_DATA_CHARACTERS = 1_048_576;
/** A login is short; this is room for a token in the place of a password. */
const MAX_AUTH_CHARACTERS = 65_536;
const HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/**
 * Reads the engine-wide data. What cannot be used gives no login and a warning without any value in it; never an error.
 * @param type `docker`, `dockercfg` or empty
 */
export function parseEngineAuth(
  type: string,
  data: string,
): { readonly logins: RegistryLogins; readonly warnings: readonly string[] } {
  if (type === "") return { logins: new Map(), warnings: [] };
  if (type !== "docker" && type !== "dockercfg") {
    return {
      logins: new Map(),
      warnings: [`Cannot use registry credentials: type ${JSON.stringify(type)} is not known`],
    };
  }
  const entries = data.length > MAX_DATA_CHARACTERS ? undefined : parseObject(data);
  if (entries === undefined) {
    return { logins: new Map(), warnings: ["Cannot use registry credentials: the data is not a JSON object"] };
  }
  return readLogins(entries, type === "docker" ? readPlainLogin : readEncodedLogin);
}

/** Reads one `auths` entry of Docker's config.json or a .dockercfg: base64 of `user:password`, or an identity token. */
export function readEncodedLogin(entry: Readonly<Record<string, unknown>>): RegistryLogin | undefined {
  if (typeof entry.identitytoken === "string" && entry.identitytoken !== "") {
    return { identityToken: entry.identitytoken };
  }
  if (typeof entry.auth !== "string" || entry.auth === "") return readPlainLogin(entry);
  return decodeLogin(entry.auth);
}

/** Without scheme: keys are compared that way. */
export function registryKey(key: string): string {
  return key.replace(/^https?:\/\//, "");
}

/** The host of an image's registry as it is looked up: Docker Hub is `docker.io`. */
export function registryHost(image: string): string {
  const first = image.split("/", 1)[0] ?? "";
  const isHost = image.includes("/") && (/[.:]/.test(first) || first === "localhost");
  if (!isHost || HUB_HOSTS.has(first)) return "docker.io";
  return first;
}

/**
 * The login for an image. The key equal to the host comes first, then a longer key that the image's name begins with;
 * a key with a path serves other images of its host only when there is no better one. Docker Hub has its one key.
 */
export function findLogin(logins: RegistryLogins, image: string): RegistryLogin | undefined {
  const host = registryHost(image);
  if (host === "docker.io") return logins.get(HUB_KEY);
  const { name } = splitReference(image);
  let chosen = logins.has(host) ? host : undefined;
  for (const key of logins.keys()) {
    if (key.split("/", 1)[0] !== host) continue;
    if (chosen === undefined || betterKey(key, chosen, name)) chosen = key;
  }
  return chosen === undefined ? undefined : logins.get(chosen);
}

function betterKey(key: string, chosen: string, name: string): boolean {
  if (!covers(key, name)) return false;
  return key.length > chosen.length || !covers(chosen, name);
}

/** Whole path segments only: `host/team` does not cover `host/team2/app`. */
function covers(key: string, name: string): boolean {
  const prefix = key.replace(/\/+$/, "");
  return name === prefix || name.startsWith(`${prefix}/`);
}

function readLogins(
  entries: Readonly<Record<string, unknown>>,
  read: (entry: Readonly<Record<string, unknown>>) => RegistryLogin | undefined,
): { readonly logins: RegistryLogins; readonly warnings: readonly string[] } {
  const logins = new Map<string, RegistryLogin>();
  const warnings: string[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    const login = isObject(entry) ? read(entry) : undefined;
    if (login === undefined) warnings.push(`Cannot use registry credentials of ${key}: the entry is not readable`);
    else logins.set(registryKey(key), { serverAddress: key, ...login });
  }
  return { logins, warnings };
}

function readPlainLogin(entry: Readonly<Record<string, unknown>>): RegistryLogin | undefined {
  const { username, password } = entry;
  if (typeof username !== "string" || typeof password !== "string") return undefined;
  return { username, password };
}

function decodeLogin(encoded: string): RegistryLogin | undefined {
  const text = decodeBase64(encoded);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon < 0) return undefined;
  // Old clients padded the password with NUL bytes.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
}

function decodeBase64(encoded: string): string | undefined {
  if (encoded.length > MAX_AUTH_CHARACTERS || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined; // characters or padding too few or too many
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
