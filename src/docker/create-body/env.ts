/**
 * A container's environment. Strongest first: secrets, `environment`, environment files (the first one wins), the
 * agent's additions, the image's own. The metadata endpoints and the ids of GPUs are the agent's alone and beat everything.
 * Source: engine-modern 20.2, interfaces 1.7.
 */
import type { CreateInput } from "./context.ts";
import { sendsToFirelens } from "./logging.ts";
import { METADATA_MOUNT } from "./volumes.ts";

/** Where SDKs look for relative credential paths; the server of any other address needs a full URI. */
const LINK_LOCAL_BASE = "http://169.254.170.2";

export function environmentEntries(input: CreateInput): readonly string[] {
  const values = new Map<string, string>();
  for (const { name, value } of input.definition.environment) values.set(name, value);
  for (const [name, value] of Object.entries(input.context.secrets)) values.set(name, value);
  for (const [name, value] of input.context.environmentFiles) addIfAbsent(values, name, value);
  for (const [name, value] of endpoints(input)) values.set(name, value);
  for (const [name, value] of gpus(input)) values.set(name, value);
  for (const [name, value] of credentials(input)) addIfAbsent(values, name, value);
  addIfAbsent(values, "AWS_EXECUTION_ENV", input.context.launchEnv);
  for (const [name, value] of region(input, values)) addIfAbsent(values, name, value);
  for (const [name, value] of firelensVariables(input)) addIfAbsent(values, name, value);
  return Array.from(values, ([name, value]) => `${name}=${value}`);
}

function addIfAbsent(values: Map<string, string>, name: string, value: string): void {
  if (!values.has(name)) values.set(name, value);
}

type Entry = readonly [name: string, value: string];

const NONE: readonly Entry[] = [];

/** The engine's own addresses, which a definition cannot replace. */
function endpoints({ context }: CreateInput): readonly Entry[] {
  const { metadataBaseUrl: base, endpointId, metadataFile } = context;
  const entries: Entry[] = [];
  if (base !== undefined && endpointId !== undefined) {
    entries.push(["ECS_CONTAINER_METADATA_URI", `${base}/v3/${endpointId}`]);
    entries.push(["ECS_CONTAINER_METADATA_URI_V4", `${base}/v4/${endpointId}`]);
    entries.push(["ECS_AGENT_URI", `${base}/api/${endpointId}`]);
  }
  if (metadataFile !== undefined) {
    entries.push(["ECS_CONTAINER_METADATA_FILE", `${METADATA_MOUNT}/${metadataFile.id}/ecs-container-metadata.json`]);
  }
  return entries;
}

function credentials({ context }: CreateInput): readonly Entry[] {
  const { credentialsPath, metadataBaseUrl } = context;
  if (credentialsPath === undefined) return NONE;
  if (metadataBaseUrl === undefined || metadataBaseUrl === LINK_LOCAL_BASE) {
    return [["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", credentialsPath]];
  }
  return [["AWS_CONTAINER_CREDENTIALS_FULL_URI", `${metadataBaseUrl}${credentialsPath}`]];
}

const REGION_VARIABLES = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/** Either variable, wherever it comes from, says that somebody chose the region: then neither is added. */
function region({ context }: CreateInput, values: ReadonlyMap<string, string>): readonly Entry[] {
  const isInImage = (name: string) => context.imageEnv.some((entry) => isAbout(entry, name));
  if (REGION_VARIABLES.some((name) => values.has(name) || isInImage(name))) return [];
  return REGION_VARIABLES.map((name) => [name, context.region] as const);
}

/** `NAME=VALUE`, or the name alone. */
function isAbout(entry: string, name: string): boolean {
  return entry.startsWith(name) && (entry.length === name.length || entry[name.length] === "=");
}

/** Applications may talk to the log router by themselves. Source: engine-modern 21.2. */
function firelensVariables({ definition, context }: CreateInput): readonly Entry[] {
  const { firelens } = context;
  if (firelens === undefined) return NONE;
  if (definition.firelensConfiguration !== undefined) {
    const fluentd: readonly Entry[] = definition.firelensConfiguration.type === "fluentd" ? [["FLUENT_UID", "0"]] : [];
    return [...Object.entries(firelens.routerEnvironment), ...fluentd];
  }
  if (!sendsToFirelens(definition) || firelens.host === undefined) return [];
  return [
    ["FLUENT_HOST", firelens.host],
    ["FLUENT_PORT", "24224"],
  ];
}

/** A container that named others than its own would use a GPU that belongs to another task. */
function gpus({ context }: CreateInput): readonly Entry[] {
  const ids = context.gpuDeviceIds;
  return ids === undefined || ids.length === 0 ? NONE : [["NVIDIA_VISIBLE_DEVICES", ids.join(",")]];
}
