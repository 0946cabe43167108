/** Requests for properties: a rich one, and requests that are spoilt in one place. */
import fc from "fast-check";
import type { Json } from "./a-definition.ts";
import { twoContainers } from "./a-definition.ts";

export const RICH = twoContainers(
  {
    portMappings: [{ containerPort: 80, hostPort: 8080 }, { containerPortRange: "9000-9005" }],
    environment: [{ name: "A", value: "1" }],
    mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
    dependsOn: [{ containerName: "db", condition: "HEALTHY" }],
    logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-region": "r" } },
    secrets: [{ name: "S", valueFrom: "/s" }],
    linuxParameters: { capabilities: { add: ["NET_ADMIN"] }, tmpfs: [{ containerPath: "/t", size: 1 }] },
    ulimits: [{ name: "nofile", softLimit: 1, hardLimit: 2 }],
    dockerLabels: { a: "b" },
    restartPolicy: { enabled: true, ignoredExitCodes: [0] },
  },
  { healthCheck: { command: ["CMD", "true"] }, links: [], volumesFrom: [] },
  {
    volumes: [{ name: "data", dockerVolumeConfiguration: { scope: "shared", driver: "local" } }],
    cpu: "1024",
    memory: "2 GB",
    taskRoleArn: "run",
  },
);

/** A valid request in which one value somewhere is replaced by anything at all. */
export function spoiltFrom(seeds: readonly Json[]): fc.Arbitrary<unknown> {
  return fc.tuple(fc.constantFrom(...seeds), fc.nat(), fc.jsonValue()).map(([request, place, value]) => {
    const paths: (() => void)[] = [];
    const copy: unknown = JSON.parse(JSON.stringify(request));
    collectPlaces(copy, value, paths);
    paths[place % paths.length]?.();
    return copy;
  });
}

function collectPlaces(node: unknown, value: unknown, places: (() => void)[]): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, member] of Object.entries(node)) {
    places.push(() => Reflect.set(node, key, value));
    collectPlaces(member, value, places);
  }
}
