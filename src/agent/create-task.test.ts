import { describe, expect, it } from "vitest";
import type {
  ContainerDefinitionInput,
  TaskDefinitionInput,
  VolumeInput,
} from "../core/definition/definition-input.ts";
import { parseTaskDefinition } from "../core/definition/parse.ts";
import { createTask } from "./create-task.ts";

const WEB = { name: "web", image: "nginx:1", memory: 64 } as const satisfies ContainerDefinitionInput;

describe("createTask()", () => {
  it("takes a definition of which all that has a default is left out", () => {
    const definition: TaskDefinitionInput = {
      family: "shop",
      containerDefinitions: [
        {
          ...WEB,
          portMappings: [{ containerPort: 80 }],
          mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
          healthCheck: { command: ["CMD", "true"] },
          restartPolicy: { enabled: true },
          dependsOn: [{ containerName: "db", condition: "HEALTHY" }],
        },
        { ...WEB, name: "db", healthCheck: { command: ["CMD", "true"] } },
        { ...WEB, name: "log", volumesFrom: [{ sourceContainer: "db" }] },
      ],
      volumes: [{ name: "data" }, { name: "shared", dockerVolumeConfiguration: { driver: "local" } }],
    };
    expect(createTask(definition).containers.map(({ name }) => name)).toEqual(["web", "db", "log"]);
  });

  it("takes what parseTaskDefinition made of anything", () => {
    const json: unknown = JSON.parse(JSON.stringify({ taskDefinition: { family: "a", containerDefinitions: [WEB] } }));
    const definition = parseTaskDefinition(json);
    expect(createTask(definition).family).toBe("a");
    expect(parseTaskDefinition(definition)).toEqual(definition);
  });

  it("does not compile with a misspelt member, a value of another kind or one that is missing", () => {
    const one = (container: ContainerDefinitionInput) => createTask({ family: "a", containerDefinitions: [container] });
    const withVolume = (volume: VolumeInput) =>
      createTask({ family: "a", containerDefinitions: [WEB], volumes: [volume] });
    const refused = [
      // @ts-expect-error containerDefinition
      () => createTask({ family: "a", containerDefinition: [WEB] }),
      // @ts-expect-error no such mode
      () => createTask({ family: "a", networkMode: "bridged", containerDefinitions: [WEB] }),
      // @ts-expect-error enviroment
      () => one({ ...WEB, enviroment: [] }),
      // @ts-expect-error the name is missing
      () => one({ image: "nginx:1", memory: 64 }),
      // @ts-expect-error the port is a number
      () => one({ ...WEB, portMappings: [{ containerPort: "80" }] }),
      // @ts-expect-error hostport
      () => one({ ...WEB, portMappings: [{ hostport: 80 }] }),
      // @ts-expect-error no such condition
      () => one({ ...WEB, dependsOn: [{ containerName: "b", condition: "UP" }] }),
      // @ts-expect-error sourcePth
      () => withVolume({ name: "v", host: { sourcePth: "/" } }),
      // @ts-expect-error JSON is checked by parseTaskDefinition
      () => createTask(JSON.parse("{}") as unknown),
    ];
    expect(refused).toHaveLength(9);
  });
});
