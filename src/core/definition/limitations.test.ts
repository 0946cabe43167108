import { describe, expect, it } from "vitest";
import { aFargateRequest, aRequest, definitionOf } from "./a-definition.ts";
import { limitationsOf } from "./limitations.ts";

const C0 = "containerDefinitions[0]";
const found = (input: unknown) => limitationsOf(definitionOf(input)).map(({ rule, path }) => `${rule} ${path}`);

describe("limitationsOf()", () => {
  it("says nothing of a definition that is honoured whole", () => {
    expect(
      found(aRequest({ networkMode: "bridge" }, { portMappings: [{ containerPort: 80 }], command: ["a"] })),
    ).toEqual([]);
  });

  it.each([
    [
      aRequest({ taskRoleArn: "a", executionRoleArn: "b" }),
      ["ignored-here taskRoleArn", "ignored-here executionRoleArn"],
    ],
    [aRequest({ networkMode: "awsvpc" }), ["emulated-here networkMode"]],
    [aRequest({ memory: "512" }, { memory: null }), ["emulated-here memory"]],
    [aRequest({ memory: "512" }), []],
    [aRequest({ placementConstraints: [{ type: "memberOf" }] }), ["ignored-here placementConstraints"]],
    [aRequest({ tags: [{ key: "a" }] }), ["ignored-here tags"]],
    [aRequest({ proxyConfiguration: { containerName: "web" } }), ["ignored-here proxyConfiguration"]],
    [
      aRequest({ inferenceAccelerators: [{ deviceName: "a", deviceType: "b" }] }),
      ["ignored-here inferenceAccelerators"],
    ],
    [aRequest({ ephemeralStorage: { sizeInGiB: 21 } }), ["ignored-here ephemeralStorage"]],
    [aRequest({ enableFaultInjection: true }), ["ignored-here enableFaultInjection"]],
    [
      aRequest({ runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" } }),
      ["ignored-here runtimePlatform.cpuArchitecture"],
    ],
    [
      aRequest({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
      ["refused-here runtimePlatform.operatingSystemFamily"],
    ],
    [
      aRequest({}, { repositoryCredentials: { credentialsParameter: "a" } }),
      [`emulated-here ${C0}.repositoryCredentials`],
    ],
    [
      aRequest({}, { environmentFiles: [{ type: "s3", value: "arn:aws:s3:::b/a.env" }] }),
      [`emulated-here ${C0}.environmentFiles`],
    ],
    [aRequest({}, { secrets: [{ name: "A", valueFrom: "/a" }] }), [`emulated-here ${C0}.secrets`]],
    [
      aRequest({}, { portMappings: [{ containerPort: 80, name: "web", appProtocol: "http" }] }),
      [`ignored-here ${C0}.portMappings[0].name`],
    ],
    [aRequest({}, { logConfiguration: { logDriver: "json-file" } }), []],
    [
      aRequest(
        {},
        {
          logConfiguration: {
            logDriver: "splunk",
            options: { "splunk-url": "https://s" },
            secretOptions: [{ name: "splunk-token", valueFrom: "/t" }],
          },
        },
      ),
      [`emulated-here ${C0}.logConfiguration`, `ignored-here ${C0}.logConfiguration.secretOptions`],
    ],
    [
      aRequest({}, { firelensConfiguration: { type: "fluentbit" }, logConfiguration: { logDriver: "awsfirelens" } }),
      [`emulated-here ${C0}.logConfiguration`, `emulated-here ${C0}.firelensConfiguration`],
    ],
    [
      aRequest({}, { resourceRequirements: [{ type: "GPU", value: "1" }] }),
      [`emulated-here ${C0}.resourceRequirements[0]`],
    ],
    [
      aRequest({}, { credentialSpecs: ["credentialspec:arn:aws:s3:::b/a.json"] }),
      [`refused-here ${C0}.credentialSpecs`],
    ],
    [
      aRequest({}, { dockerSecurityOptions: ["credentialspec:file://a.json"] }),
      [`refused-here ${C0}.dockerSecurityOptions[0]`],
    ],
    [
      aRequest({ volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] }),
      ["refused-here volumes[0].efsVolumeConfiguration"],
    ],
    [
      aRequest(
        { volumes: [{ name: "v", configuredAtLaunch: true }] },
        { mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] },
      ),
      ["refused-here volumes[0].configuredAtLaunch"],
    ],
    [
      aRequest({
        volumes: [{ name: "v", dockerVolumeConfiguration: { scope: "task", driver: "local", autoprovision: true } }],
      }),
      ["refused-here volumes[0].dockerVolumeConfiguration.autoprovision"],
    ],
  ])("names what is not honoured in %j", (input, expected) => {
    expect(found(input)).toEqual(expected);
  });

  it("names a definition for Windows as such, once", () => {
    const windows = { runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" }, taskRoleArn: "run" };
    const container = { portMappings: [{ containerPort: 80, name: "web" }], workingDirectory: "C:\\app" };
    expect(found(aRequest(windows, container))).toEqual(["refused-here runtimePlatform.operatingSystemFamily"]);
  });

  it.each([
    [{ image: "mcr.microsoft.com/windows/servercore/iis" }],
    [{ entryPoint: ["powershell", "-Command"] }],
    [{ workingDirectory: "C:\\app" }],
  ])("guesses Windows from %j", (container) => {
    expect(found(aRequest({}, container))).toEqual(["windows-here containerDefinitions"]);
  });

  it("tells of everything that has to be given how to give it", () => {
    const secretOptions = [{ name: "splunk-token", valueFrom: "/t" }];
    const said = limitationsOf(
      definitionOf(
        aRequest(
          {},
          {
            repositoryCredentials: { credentialsParameter: "login" },
            environmentFiles: [{ type: "s3", value: "arn:aws:s3:::b/a.env" }],
            secrets: [{ name: "A", valueFrom: "/a" }],
            logConfiguration: { logDriver: "splunk", options: { "splunk-url": "https://s" }, secretOptions },
          },
        ),
      ),
    );
    const secrets = "Give them with --secrets FILE, or use --aws";
    expect(Object.fromEntries(said.map(({ path, fix }) => [path.slice(C0.length + 1), fix]))).toEqual({
      repositoryCredentials: secrets,
      environmentFiles: "Give the folder with --env-files DIR, or use --aws",
      secrets,
      logConfiguration: undefined,
      "logConfiguration.secretOptions": secrets,
    });
  });

  it("tells where logs for CloudWatch are shown", () => {
    const options = { "awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "shop" };
    const [, , , logs] = limitationsOf(
      definitionOf(
        aFargateRequest(
          { executionRoleArn: "run" },
          { memory: null, logConfiguration: { logDriver: "awslogs", options } },
        ),
      ),
    );
    expect(logs?.message).toBe(
      "Logs for awslogs are captured on this host under group /ecs/web, stream shop/CONTAINER/TASK, and sent nowhere",
    );
  });

  it("names the option that makes up for a volume that is not there", () => {
    const volumes = [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }];
    expect(limitationsOf(definitionOf(aRequest({ volumes })))[0]?.fix).toBe(
      "Put a host directory in its place with --volume data=PATH",
    );
  });

  it.each([
    ["./data", "refused-here"],
    ["../up", "refused-here"],
    ["a/b", "refused-here"],
    ["~/data", "refused-here"],
    ["data", "emulated-here"],
  ])("explains the relative host path %s, and how the folder is given", (sourcePath, rule) => {
    const [problem] = limitationsOf(definitionOf(aRequest({ volumes: [{ name: "v", host: { sourcePath } }] })));
    expect(problem).toMatchObject({
      rule,
      path: "volumes[0].host.sourcePath",
      fix: "Give the folder with --volume v=PATH",
    });
  });
});
