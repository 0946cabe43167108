/** Docker contexts, as the `docker` command keeps them below its configuration folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import { readFault } from "../../core/read-fault.ts";
import { readPlainFile } from "../../files/read-plain-file.ts";
import type { TlsMaterial } from "./parse-endpoint.ts";

type Context = { readonly endpoint: string; readonly tls?: TlsMaterial; readonly source: string };
type ContextMeta = {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
};

/**
 * The endpoint of the context that is asked for by name, else of the current one; `undefined` for the built-in
 * context `default`.
 * @throws {EngineError} CannotGetDockerclientError when there is no such context or it cannot be read
 */
export function readContext(asked: string | undefined, configDir: string): Context | undefined {
  const name = asked || currentContext(configDir);
  if (name === undefined || name === "" || name === "default") return undefined;
  // Loaded by those who have a context only: it costs as much as half of this client.
  const key = process.getBuiltinModule("node:crypto").createHash("sha256").update(name).digest("hex");
  const path = join(configDir, "contexts", "meta", key, "meta.json");
  const docker = (readJson(path, `context "${name}"`) as ContextMeta).Endpoints?.docker;
  if (!docker?.Host) throw unreadable(`context "${name}"`, "it has no Docker endpoint");
  const tls = tlsOf(join(configDir, "contexts", "tls", key, "docker"), docker.SkipTLSVerify === true);
  return { endpoint: docker.Host, ...(tls === undefined ? {} : { tls }), source: `context "${name}"` };
}

function currentContext(configDir: string): string | undefined {
  const path = join(configDir, "config.json");
  if (!existsSync(path)) return undefined;
  return (readJson(path, "configuration") as { readonly currentContext?: string }).currentContext;
}

function tlsOf(folder: string, skipVerify: boolean): TlsMaterial | undefined {
  const pem = (name: string) => {
    const path = join(folder, name);
    if (!existsSync(path)) return undefined;
    try {
      return readPlainFile(path);
    } catch (cause) {
      throw unreadable(`TLS file ${path}`, faultOf(cause), cause);
    }
  };
  const [ca, cert, key] = [pem("ca.pem"), pem("cert.pem"), pem("key.pem")];
  if (ca === undefined && cert === undefined && key === undefined && !skipVerify) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    verify: !skipVerify,
  };
}

function readJson(path: string, subject: string): object {
  let value: unknown;
  try {
    value = JSON.parse(readPlainFile(path));
  } catch (cause) {
    throw unreadable(`${subject} (${path})`, factOf(cause), cause);
  }
  if (typeof value !== "object" || value === null) throw unreadable(subject, `${path} is no JSON object`);
  return value;
}

function factOf(cause: unknown): string {
  const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  return isAbsent ? "there is none of that name, docker context ls lists them" : faultOf(cause);
}

/** Of what is no JSON, the parser's words. */
function faultOf(cause: unknown): string {
  if (!(cause instanceof Error)) throw cause;
  return "code" in cause ? readFault(String(cause.code)) : cause.message;
}

function unreadable(subject: string, fact: string, cause?: unknown): EngineError {
  return new EngineError("CannotGetDockerclientError", `Cannot read Docker ${subject}: ${fact}`, { cause });
}
