/** `POST /images/create?fromSrc=-`: an image out of a root file system. */
import { runsCommand } from "./commands.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { ImageConfig } from "./image-store.ts";
import { formatReference, parseReference } from "./references.ts";

export function importImage(
  state: DaemonState,
  tar: Uint8Array,
  target: { readonly repository: string; readonly tag: string; readonly changes?: readonly string[] },
): string {
  const content = {
    imageId: `sha256:${state.random.hex(64)}`,
    sizeBytes: tar.length,
    config: (target.changes ?? []).reduce(applyChange, {}),
    script: { run: runsCommand() },
  };
  const tag = formatReference(parseReference(`${target.repository}:${target.tag}`));
  state.images.add(content, { tag }, state.clock.now());
  return content.imageId;
}

/** One Dockerfile line such as `ENTRYPOINT ["/pause"]`; those that do not concern a simulation are passed over. */
function applyChange(config: ImageConfig, line: string): ImageConfig {
  const [, instruction = "", value = ""] = /^\s*(\w+)\s+([\s\S]*)$/.exec(line) ?? [];
  switch (instruction.toUpperCase()) {
    case "ENTRYPOINT":
      return { ...config, entrypoint: words(value) };
    case "CMD":
      return { ...config, cmd: words(value) };
    case "ENV":
      return { ...config, env: [...(config.env ?? []), value.replace(/^(\w+)\s+/, "$1=")] };
    case "VOLUME":
      return { ...config, volumes: [...(config.volumes ?? []), ...words(value)] };
    case "LABEL":
      return { ...config, labels: { ...config.labels, ...label(value) } };
    case "USER":
      return { ...config, user: value };
    case "WORKDIR":
      return { ...config, workingDir: value };
    case "STOPSIGNAL":
      return { ...config, stopSignal: value };
    default:
      return config;
  }
}

/** The list form is JSON, the other one is for the shell. */
function words(value: string): readonly string[] {
  if (!value.trim().startsWith("[")) return ["/bin/sh", "-c", value];
  const parsed: unknown = JSON.parse(value);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function label(value: string): Readonly<Record<string, string>> {
  const equals = value.indexOf("=");
  return { [value.slice(0, equals)]: value.slice(equals + 1).replace(/^"(.*)"$/, "$1") };
}
