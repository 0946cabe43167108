/**
 * FireLens: one container of a task routes the logs of the others. What is worked out here is who sends where, and the
 * resource that stands for the router's files. Source: engine-modern 21.
 */
import type { ContainerDefinition, FirelensConfiguration, TaskDefinition } from "../definition/types.ts";
import { EngineError } from "../errors.ts";
import { networkModeOf } from "../host-ports.ts";
import type { Task, TaskResource } from "../task.ts";
import { fluentBitConfig } from "./firelens-fluent-bit.ts";
import { fluentdConfig } from "./firelens-fluentd.ts";

/** Of the application's options, those that are not the output plugin's. */
const INCLUDE = "include-pattern";
const EXCLUDE = "exclude-pattern";
const BUFFER_LIMIT = "log-driver-buffer-limit";

const DEFAULT_BUFFER_MB = 25;
const LOOPBACK = "127.0.0.1";

/** What a router's configuration is made from, whichever its kind. */
export type RouterPlan = {
  /** Where the forward input listens, beside the socket; absent where applications have no way to it. */
  readonly listen?: string;
  /** Limit of what an input keeps in memory, MB. */
  readonly bufferMb: number;
  /** Added to every record. */
  readonly metadata: readonly (readonly [name: string, value: string])[];
  /** A file of the user's, as the router sees it. */
  readonly include?: string;
  readonly outputs: readonly RouterOutput[];
};

/** One application that logs through the router. */
export type RouterOutput = {
  /** Its records are tagged with `TAG-firelens-TASK`. */
  readonly tag: string;
  readonly includePattern?: string;
  readonly excludePattern?: string;
  /** Name of the output plugin; absent when the user's own file takes care of the records. */
  readonly plugin?: string;
  readonly options: readonly (readonly [name: string, value: string])[];
  /** Options whose value is in a variable of the router. */
  readonly secrets: readonly (readonly [name: string, variable: string])[];
};

type RouterKind = {
  readonly nameKey: string;
  readonly configFile: string;
  readonly externalFile: string;
  readonly write: (plan: RouterPlan) => string;
};

const KINDS: Readonly<Record<FirelensConfiguration["type"], RouterKind>> = {
  fluentbit: {
    nameKey: "Name",
    configFile: "/fluent-bit/etc/fluent-bit.conf",
    externalFile: "/fluent-bit/etc/external.conf",
    write: fluentBitConfig,
  },
  fluentd: {
    nameKey: "@type",
    configFile: "/fluentd/etc/fluent.conf",
    externalFile: "/fluentd/etc/external.conf",
    write: fluentdConfig,
  },
};

export type Router = ContainerDefinition & { readonly firelensConfiguration: FirelensConfiguration };

/** The task's log router, when it has one. */
export function routerOf({ containerDefinitions }: TaskDefinition): Router | undefined {
  return containerDefinitions.find(isRouter);
}

function isRouter(definition: ContainerDefinition): definition is Router {
  return definition.firelensConfiguration !== undefined;
}

/** @param directory of the task's files on the host; saved, so that a restart with other settings finds them */
export function firelensResource(directory: string): TaskResource {
  return {
    id: "firelens",
    type: "firelens",
    gates: "PULLED",
    knownStatus: "NONE",
    createRequested: false,
    volatile: false,
    spec: { directory },
  };
}

/** @throws {EngineError} ResourceInitializationError when the saved form is not understood */
export function firelensDirectory({ id, spec }: TaskResource): string {
  if (typeof spec.directory === "string") return spec.directory;
  throw failure(`Cannot read task resource "${id}": its saved form is not understood`);
}

/** Text of the router's configuration file. @throws {EngineError} ResourceInitializationError for options that give none */
export function firelensConfig(task: Task, router: Router): string {
  const kind = KINDS[router.firelensConfiguration.type];
  const { options = {} } = router.firelensConfiguration;
  const include = includedFile(options, kind);
  const listen = listenAddress(task.definition);
  return kind.write({
    ...(listen === undefined ? {} : { listen }),
    ...(include === undefined ? {} : { include }),
    bufferMb: bufferMbOf(router),
    metadata: options["enable-ecs-log-metadata"] === "false" ? [] : metadataOf(task),
    outputs: task.definition.containerDefinitions.flatMap((each, index) => {
      const { logConfiguration } = each;
      return logConfiguration?.logDriver === "awsfirelens" ? [outputOf(each, index, router, include)] : [];
    }),
  });
}

/** The ARN of an S3 object that the router's configuration includes. */
export function externalObjectOf({ firelensConfiguration: { options = {} } }: Router): string | undefined {
  return options["config-file-type"] === "s3" ? options["config-file-value"] : undefined;
}

export type FirelensFiles = {
  readonly socketPath: string;
  /** Where applications reach the router by themselves; known in bridge mode once the router runs. */
  readonly host?: string;
  readonly routerBinds: readonly string[];
};

/** What the containers of a task get to know of its router's files; `undefined` when none were made for it. */
export function firelensFilesOf(task: Task): FirelensFiles | undefined {
  const resource = task.resources.find(({ type }) => type === "firelens");
  const router = routerOf(task.definition);
  if (resource === undefined || router === undefined) return undefined;
  const directory = firelensDirectory(resource);
  const host = routerAddress(task, router);
  return {
    socketPath: firelensPaths(directory).socket,
    ...(host === undefined ? {} : { host }),
    routerBinds: bindsOf(directory, router),
  };
}

export function firelensPaths(directory: string) {
  const [config, sockets] = [`${directory}/config`, `${directory}/socket`];
  return {
    config,
    sockets,
    configFile: `${config}/fluent.conf`,
    externalFile: `${config}/external.conf`,
    socket: `${sockets}/fluent.sock`,
  };
}

/**
 * Variables of the router for options of the applications' outputs that are secrets.
 * @param valuesOf values of one container's `secretOptions`, by option
 */
export function routerEnvironment(
  { containerDefinitions }: TaskDefinition,
  valuesOf: (containerName: string) => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = containerDefinitions.flatMap(({ name, logConfiguration }, index) => {
    if (logConfiguration?.logDriver !== "awsfirelens") return [];
    return Object.entries(valuesOf(name)).map(([option, value]) => [variableOf(option, index), value] as const);
  });
  return Object.fromEntries(entries);
}

function variableOf(option: string, index: number): string {
  return `${option}_${index}`;
}

function bindsOf(directory: string, router: Router): readonly string[] {
  const kind = KINDS[router.firelensConfiguration.type];
  const { configFile, externalFile, sockets } = firelensPaths(directory);
  const external = externalObjectOf(router) === undefined ? [] : [`${externalFile}:${kind.externalFile}`];
  return [`${configFile}:${kind.configFile}`, `${sockets}/:/var/run/`, ...external];
}

function routerAddress(task: Task, router: Router): string | undefined {
  const mode = networkModeOf(task.definition);
  if (mode === "awsvpc") return LOOPBACK;
  if (mode !== "bridge") return undefined;
  const address = task.containers.find(({ name }) => name === router.name)?.ipAddress;
  return address === "" ? undefined : address;
}

function listenAddress(definition: TaskDefinition): string | undefined {
  const mode = networkModeOf(definition);
  if (mode === "bridge") return "0.0.0.0";
  return mode === "awsvpc" ? LOOPBACK : undefined;
}

function bufferMbOf({ memory, memoryReservation }: ContainerDefinition): number {
  const memoryMiB = memoryReservation || memory || 0;
  return memoryMiB === 0 ? DEFAULT_BUFFER_MB : Math.max(1, Math.floor(memoryMiB / 2));
}

function metadataOf({ cluster, arn, family, revision }: Task): RouterPlan["metadata"] {
  return [
    ["ecs_cluster", cluster],
    ["ecs_task_arn", arn],
    ["ecs_task_definition", `${family}:${revision}`],
  ];
}

function includedFile(options: Readonly<Record<string, string>>, kind: RouterKind): string | undefined {
  const { "config-file-type": type, "config-file-value": value } = options;
  if (type === undefined) return undefined;
  if (type !== "file" && type !== "s3") throw failure(`unknown config-file-type ${type}: it must be file or s3`);
  if (value === undefined || value === "") throw failure(`config-file-type ${type} needs config-file-value`);
  return type === "s3" ? kind.externalFile : oneLine("config-file-value", value);
}

function outputOf(
  { name, logConfiguration }: ContainerDefinition,
  index: number,
  { firelensConfiguration: { type } }: Router,
  include: string | undefined,
): RouterOutput {
  const { options = {}, secretOptions = [] } = logConfiguration ?? {};
  const { nameKey } = KINDS[type];
  const { [nameKey]: plugin, [INCLUDE]: includePattern, [EXCLUDE]: excludePattern, ...rest } = options;
  const { [BUFFER_LIMIT]: _limit, ...ofPlugin } = rest;
  const isEmpty = Object.keys(ofPlugin).length === 0 && secretOptions.length === 0;
  if (plugin === undefined && (include === undefined || !isEmpty)) {
    throw failure(
      `missing output key ${nameKey} which is required for firelens configuration of type ${type}: container ${name}`,
    );
  }
  return {
    tag: name,
    ...(plugin === undefined ? {} : { plugin: oneLine(nameKey, plugin) }),
    ...(includePattern === undefined ? {} : { includePattern: oneLine(INCLUDE, includePattern) }),
    ...(excludePattern === undefined ? {} : { excludePattern: oneLine(EXCLUDE, excludePattern) }),
    options: Object.entries(ofPlugin).map(([key, value]) => [oneLine(key, key), oneLine(key, value)] as const),
    secrets: secretOptions.map((each) => [each.name, variableOf(each.name, index)] as const),
  };
}

/** A line break would begin a section of somebody else's choice. */
function oneLine(option: string, value: string): string {
  if (/[\r\n]/.test(value)) throw failure(`log option ${JSON.stringify(option)} has a line break`);
  return value;
}

function failure(message: string): EngineError {
  return new EngineError("ResourceInitializationError", message);
}
