/**
 * Log drivers. Logs that are meant for somewhere else can stay with the daemon: then the container's labels tell where they
 * would have gone. Source: interfaces 1.5.2, engine-modern 21.2 and 21.3, engine-behaviour 8.7.
 */
import { LOG_OPTION_DEFAULTS } from "../../core/definition/defaults.ts";
import type { ContainerDefinition, LogConfiguration } from "../../core/definition/types.ts";
import { EngineError } from "../../core/errors.ts";
import type { HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput, FirelensContext } from "./context.ts";
import { optional } from "./present.ts";

/** Bounds of what the daemon keeps of one container's output in place of a remote driver. */
export const LOCAL_LOG_BOUNDS = { "max-size": "10m", "max-file": "3" } as const;
/** Drivers of the daemon itself: their output can be read back from it, or is not wanted at all. */
const LOCAL_DRIVERS: ReadonlySet<string> = new Set(["json-file", "local", "none"]);

/** As AWS hands lines to drivers that send them off the host. */
const DELIVERY = { mode: LOG_OPTION_DEFAULTS.mode.value };

type LogConfig = NonNullable<HostConfig["LogConfig"]>;
type Options = Readonly<Record<string, string>>;

/** Does the container write to the task's log router? */
export function sendsToFirelens(definition: ContainerDefinition): boolean {
  return definition.logConfiguration?.logDriver === "awsfirelens";
}

/** Without a log configuration the daemon's default applies. @throws {EngineError} HostConfigError */
export function logConfigOf(input: CreateInput): LogConfig | undefined {
  const config = input.definition.logConfiguration;
  if (config === undefined) return undefined;
  if (isKeptLocally(input, config)) return logConfig("json-file", { ...LOCAL_LOG_BOUNDS, ...deliveryOptions(config) });
  switch (config.logDriver) {
    case "awslogs":
      return logConfig("awslogs", { ...DELIVERY, ...awslogsOptions(input, config) });
    case "awsfirelens":
      return logConfig("fluentd", firelensOptions(input, config));
    default:
      return logConfig(config.logDriver, {
        ...(LOCAL_DRIVERS.has(config.logDriver) ? {} : DELIVERY),
        ...config.options,
        ...input.context.logOptions,
      });
  }
}

/** Where the output would have gone, for tools that show it from here. */
export function logLabels(input: CreateInput): Options {
  const config = input.definition.logConfiguration;
  if (config === undefined || !isKeptLocally(input, config)) return {};
  return {
    "berth.log-driver": config.logDriver,
    ...optional("berth.log-group", config.options?.["awslogs-group"]),
    ...optional("berth.log-stream", streamName(input, config)),
  };
}

/** Whatever goes off the host, or needs a service on it that may not be there, would make the start fail. */
function isKeptLocally({ context }: CreateInput, { logDriver }: LogConfiguration): boolean {
  if (context.remoteLogs !== "local" || LOCAL_DRIVERS.has(logDriver)) return false;
  return logDriver !== "awsfirelens" || context.firelens === undefined;
}

function logConfig(driver: string, options: Options): LogConfig {
  const buffer =
    options.mode === "non-blocking" ? { "max-buffer-size": LOG_OPTION_DEFAULTS["max-buffer-size"].value } : {};
  return { Type: driver, Config: { ...buffer, ...options } };
}

/** How lines are handed to the driver, whichever it is. */
function deliveryOptions({ options }: LogConfiguration): Options {
  return { ...optional("mode", options?.mode), ...optional("max-buffer-size", options?.["max-buffer-size"]) };
}

/** With a prefix the stream has a name; without one Docker takes the container's id. */
function streamName({ task, container }: CreateInput, { options }: LogConfiguration): string | undefined {
  const named = options?.["awslogs-stream"];
  if (named !== undefined) return named;
  const prefix = options?.["awslogs-stream-prefix"];
  return prefix === undefined ? undefined : `${prefix}/${container.name}/${task.id}`;
}

/** Docker's driver knows no prefix: the stream is worked out here. */
function awslogsOptions(input: CreateInput, config: LogConfiguration): Options {
  const { "awslogs-stream-prefix": _prefix, ...options } = config.options ?? {};
  return {
    "awslogs-region": input.context.region,
    ...options,
    ...optional("awslogs-stream", streamName(input, config)),
    ...optional("awslogs-credentials-endpoint", input.context.executionCredentialsPath),
    ...input.context.logOptions,
  };
}

/** Options other than the buffer's limit belong to the router's configuration. */
function firelensOptions({ task, container, context }: CreateInput, config: LogConfiguration): Options {
  const { socketPath } = requireRouter(context.firelens);
  return {
    tag: `${container.name}-firelens-${task.id}`,
    "fluentd-address": `unix://${socketPath}`,
    "fluentd-async": "true",
    "fluentd-sub-second-precision": "true",
    ...optional("fluentd-buffer-limit", config.options?.["log-driver-buffer-limit"]),
  };
}

function requireRouter(firelens: FirelensContext | undefined): FirelensContext {
  if (firelens !== undefined) return firelens;
  throw new EngineError("HostConfigError", "Cannot set log driver awsfirelens: the task has no log router");
}
