import { describe, expect, it } from "vitest";
import { isWithoutEffect } from "./member-effect.ts";

describe("isWithoutEffect()", () => {
  it.each([
    "taskRoleArn",
    "executionRoleArn",
    "tags",
    "tags[3].key",
    "placementConstraints[0].type",
    "proxyConfiguration",
    "proxyConfiguration.properties[0].value",
    "inferenceAccelerators[0].deviceName",
    "ephemeralStorage.sizeInGiB",
    "containerDefinitions[1].portMappings[0].appProtocol",
  ])("%s", (path) => {
    expect(isWithoutEffect(path)).toBe(true);
  });

  it.each([
    "",
    "family",
    "containerDefinitions",
    "containerDefinitions[0].portMappings",
    "containerDefinitions[0].portMappings[0].hostPort",
    "runtimePlatform.operatingSystemFamily",
    "runtimePlatform",
    "volumes[0]",
    "volumes[0].efsVolumeConfiguration",
    'containerDefinitions[0].dockerLabels["a.b"]',
    "misspelt",
  ])("not %s", (path) => {
    expect(isWithoutEffect(path)).toBe(false);
  });
});
