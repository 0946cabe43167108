/** Asks a `docker-credential-NAME` program for a login: the server goes in on standard input, JSON comes out. */
import { spawn } from "node:child_process";
import type { RegistryAuth } from "../../ports/docker-client.ts";

export type HelperOptions = {
  /** Environment of the program; `PATH` says where it is looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
};

const NAME = /^[A-Za-z0-9._-]+$/;
const NOT_FOUND = /credentials not found/i;
const MAX_OUTPUT_BYTES = 64 * 1024;
/** What helpers say in place of a user name when the secret is an identity token. */
const TOKEN_USER = "<token>";

type Outcome = { readonly exitCode: number | null; readonly output: string };

/**
 * `undefined` when the helper has no login for this server.
 * @throws {Error} when it cannot be run, fails, or takes too long; the message never quotes its output
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  options: HelperOptions,
): Promise<RegistryAuth | undefined> {
  const program = `docker-credential-${name}`;
  if (!NAME.test(name)) throw new Error(`Cannot use credential helper ${JSON.stringify(name)}: the name is not plain`);
  const { exitCode, output } = await run(program, server, options);
  if (exitCode !== 0 && NOT_FOUND.test(output)) return undefined;
  if (exitCode !== 0)
    throw new Error(`Cannot get login for ${server}: ${program} ended with ${exitCode ?? "a signal"}`);
  return toAuth(output, program, server);
}

function run(program: string, server: string, { env, timeoutMs }: HelperOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Cannot get login for ${server}: ${program} ${why}`));
    const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"] });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`gave no answer after ${timeoutMs} ms`);
    }, timeoutMs);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (output.length > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(`cannot be run (${error.code ?? "unknown failure"})`);
    });
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, output });
    });
    // A helper that does not read its input closes the pipe; its exit code tells what came of it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(server);
  });
}

function toAuth(output: string, program: string, server: string): RegistryAuth {
  const { Username, Secret } = parse(output);
  if (typeof Username !== "string" || typeof Secret !== "string") {
    throw new Error(`Cannot get login for ${server}: ${program} gave no Username and Secret`);
  }
  if (Username === TOKEN_USER) return { identityToken: Secret, serverAddress: server };
  return { username: Username, password: Secret, serverAddress: server };
}

function parse(output: string): { readonly Username?: unknown; readonly Secret?: unknown } {
  try {
    const value: unknown = JSON.parse(output);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
