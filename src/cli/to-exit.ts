/** The funnel for whatever ends the command: an exit code and lines for stderr. Never a stack trace, unless asked for. */
import { EngineError, InvalidInputError } from "../core/errors.ts";
import { EXIT_ENGINE, EXIT_USAGE } from "./exit-code.ts";
import { InvalidDefinitionError } from "./invalid-definition.ts";
import { problemLines } from "./problem-text.ts";
import { createColours } from "./screen.ts";
import { type Shown, show, visible } from "./shown.ts";
import { linesOf } from "./told-in-lines.ts";

export type Exit = { readonly code: number; readonly lines: readonly Shown[] };

export type ToExitOptions = {
  /** BERTH_DEBUG=1: the stack goes with what is unexpected. */
  readonly debug: boolean;
  readonly colours?: boolean;
};

export function toExit(error: unknown, options: ToExitOptions): Exit {
  if (error instanceof InvalidDefinitionError) {
    return {
      code: EXIT_USAGE,
      lines: problemLines(error.source, error.problems, createColours(options.colours ?? false)),
    };
  }
  if (error instanceof InvalidInputError) return { code: EXIT_USAGE, lines: prefixed(linesOf(error)) };
  if (error instanceof EngineError) {
    const [first = "", ...others] = linesOf(error);
    return {
      code: EXIT_ENGINE,
      lines: [...prefixed([`${error.name}: ${first}`, ...others, ...adviceFor(error)]), ...stackOf(error, options)],
    };
  }
  return unexpected(error, options);
}

function unexpected(error: unknown, options: ToExitOptions): Exit {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const first = what.split("\n")[0] ?? what;
  const how = options.debug
    ? []
    : ["This is a bug in Berth: set BERTH_DEBUG=1 to see where it happened, and report it"];
  return { code: EXIT_ENGINE, lines: [...prefixed([`Internal error: ${first}`, ...how]), ...stackOf(error, options)] };
}

function stackOf(error: unknown, { debug }: ToExitOptions): readonly Shown[] {
  if (!debug || !(error instanceof Error)) return [];
  const cause = error.cause instanceof Error ? [show`Caused by:`, ...stackLines(error.cause)] : [];
  return [...stackLines(error), ...cause];
}

/** The message is one line, whatever breaks it has: the stack repeats it. */
function stackLines({ name, message, stack = "" }: Error): readonly Shown[] {
  const frames = stack.split("\n").filter((line) => /^\s+at /u.test(line));
  return [`${name}: ${message}`, ...frames].map(visible);
}

const ELSEWHERE =
  "Point Berth at another daemon with DOCKER_HOST=unix:///path/to/docker.sock or DOCKER_HOST=tcp://host:port";

/** What to try when no daemon can be asked, by what the system answered. */
function adviceFor(error: EngineError): readonly string[] {
  if (error.name !== "CannotGetDockerClientVersionError" && error.name !== "CannotGetDockerclientError") return [];
  const { code = "", syscall } = systemErrorOf(error) ?? {};
  // A context or a certificate that cannot be read is named in the message, with what to do.
  if (syscall === "open" || syscall === "read") return [ELSEWHERE];
  if (TLS_FAULT.test(code))
    return [
      "The two ends do not agree on TLS: DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH=FOLDER (ca.pem, cert.pem, key.pem of that daemon) turn it on, unset they leave it off",
    ];
  switch (code) {
    case "EACCES":
    case "EPERM":
      return [
        "You may not open the socket. Join its group and log in again: sudo usermod -aG docker $USER (who is in the docker group can become root), or run with sudo",
        ELSEWHERE,
      ];
    case "ENOENT":
      return [
        "Start Docker (sudo systemctl start docker, or Docker Desktop), or install it; docker context ls shows what there is",
        ELSEWHERE,
      ];
    case "ECONNREFUSED":
      return ["Nothing listens there: start Docker (sudo systemctl start docker), or look at the address", ELSEWHERE];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [
        "The name of the host is not known: look at DOCKER_HOST and at the current context (docker context show)",
      ];
    default:
      return ["Check that the Docker daemon runs: docker version", ELSEWHERE];
  }
}

const TLS_FAULT = /^(?:ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)|CERT|UNABLE_TO_/;

/** Of the error itself or of what caused it, e.g. `EACCES`. */
function systemErrorOf(error: Error): { readonly code: string; readonly syscall?: unknown } | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string")
      return { code: at.code, ...("syscall" in at ? { syscall: at.syscall } : {}) };
  }
  return undefined;
}

function prefixed(lines: readonly string[]): readonly Shown[] {
  return lines.map((line, index) => (index === 0 ? show`berth: ${visible(line)}` : show`       ${visible(line)}`));
}
