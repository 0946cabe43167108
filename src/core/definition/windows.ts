/** Is this a definition for Windows? Few of them say so themselves. */
import type { ContainerDefinition, TaskDefinition } from "./types.ts";

const IMAGE = /windows|nanoserver|(?:^|\/)iis(?:[:@]|$)/i;
const PATH = /^(?:[A-Za-z]:[\\/]|\\\\)/;
const SHELL = /^(?:powershell|pwsh|cmd)(?:\.exe)?$/i;

export function isWindowsPath(path: string): boolean {
  return PATH.test(path);
}

/** The platform that the definition names. */
export function windowsFamily({ runtimePlatform }: Pick<TaskDefinition, "runtimePlatform">): string | undefined {
  const family = runtimePlatform?.operatingSystemFamily;
  return family?.startsWith("WINDOWS") === true ? family : undefined;
}

/** What gives a definition without a platform away, such as `image "mcr.microsoft.com/windows/nanoserver"`. */
export function windowsSign({ containerDefinitions, volumes }: TaskDefinition): string | undefined {
  const paths = volumes.flatMap(({ host }) => host?.sourcePath ?? []);
  const own = containerDefinitions.flatMap((container) => signOf(container) ?? []);
  const path = paths.find((each) => PATH.test(each));
  return own[0] ?? (path === undefined ? undefined : `path ${path}`);
}

function signOf({ image, entryPoint, workingDirectory, mountPoints }: ContainerDefinition): string | undefined {
  if (IMAGE.test(image)) return `image ${image}`;
  const [program = ""] = entryPoint ?? [];
  if (SHELL.test(program)) return `program ${program}`;
  const paths = [workingDirectory ?? "", ...mountPoints.map(({ containerPath }) => containerPath)];
  const path = paths.find((each) => PATH.test(each));
  return path === undefined ? undefined : `path ${path}`;
}
